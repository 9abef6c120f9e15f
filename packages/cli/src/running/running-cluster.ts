import type { Runtime } from '@naumachia/core';
import { addToKubeconfig, type ClusterAccess, contextOf, kubeconfigText, removeFromKubeconfig } from '../kubeconfig-file.js';
import { type ControlledCluster, Refusal } from './control-route.js';
import { type ControlServer, serveControl } from './control-server.js';
import { type ClusterEntry, readEntries, removeEntry, writeEntry } from './entry.js';

/** The cluster that this process runs, and what it leaves in the world: its entry, its socket, its place in kubeconfigs. */
export class RunningCluster implements ControlledCluster {
  readonly runtime: Runtime;
  readonly #stopAsked: () => void;
  #entry: ClusterEntry;
  #access: ClusterAccess | undefined;
  #control: ControlServer | undefined;
  #left: () => void = () => undefined;
  readonly #leaving = new Promise<void>((resolve) => (this.#left = resolve));

  /** `stopAsked`: another process wants it to end, which `leave` completes. */
  constructor(entry: ClusterEntry, runtime: Runtime, stopAsked: () => void) {
    this.#entry = entry;
    this.runtime = runtime;
    this.#stopAsked = stopAsked;
  }

  entry(): ClusterEntry {
    return this.#entry;
  }

  /** From now on other processes can ask for things. */
  async serve(): Promise<void> {
    this.#control = await serveControl(this);
  }

  /** It answers kubectl. */
  ready(access: Omit<ClusterAccess, 'context'>): void {
    this.#access = { ...access, context: contextOf(this.#entry.name) };
    this.#entry = writeEntry({ ...this.#entry, status: 'ready', url: access.url });
  }

  kubeconfig(): string {
    return kubeconfigText(this.#reachable());
  }

  addToKubeconfig(file: string): void {
    const others = readEntries().flatMap(({ name, kubeconfigs }) => (name === this.#entry.name ? [] : kubeconfigs));
    const added = addToKubeconfig(file, this.#reachable(), others);
    const former = this.#entry.kubeconfigs.find((each) => each.file === added.file);
    // Added again, it is current again; what was there before the first time is what it gives back.
    const kubeconfigs = [...this.#entry.kubeconfigs.filter((each) => each !== former), former ? { ...added, formerContexts: [...added.formerContexts, ...former.formerContexts], existed: former.existed } : added];
    this.#entry = writeEntry({ ...this.#entry, kubeconfigs });
  }

  async stop(): Promise<void> {
    this.#stopAsked();
    await this.#leaving;
  }

  /** Takes back what the cluster has left in the world; who asked it to stop is told. */
  async leave(): Promise<void> {
    for (const kubeconfig of this.#entry.kubeconfigs) removeFromKubeconfig(kubeconfig);
    // Whoever waits for it to be ready reads in its log why it was not.
    removeEntry(this.#entry, this.#entry.status === 'starting' ? 'log' : 'nothing');
    this.#left();
    await this.#control?.close();
  }

  #reachable(): ClusterAccess {
    if (!this.#access) throw new Refusal('it is still starting; try again in a moment');
    return this.#access;
  }
}
