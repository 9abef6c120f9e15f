import type { ApiAnswer, ApiRequest, KubernetesObject, UserInfo } from '@naumachia/actors';
import { resourceByKind } from '@naumachia/actors/api';
import { named, type Port, seconds } from '@naumachia/core';
import { isReady } from '../measure/ready-node.js';

/** What a run has come to after its faults. */
export interface Aftermath {
  /** Milliseconds from the end of the last fault until all nodes were Ready and all pods Running; undefined if that did not come in time. */
  readonly recovered: number | undefined;
  /** The most nodes that were not Ready at one time. */
  readonly notReady: number;
  /** Pods that were deleted because of where they were. */
  readonly movedPods: number;
  /** Objects whose creation was acknowledged, and those of them that are not there any more. */
  readonly acknowledged: number;
  readonly lost: readonly string[];
}

const API = named<ApiRequest>('apiserver');

interface PodView {
  readonly metadata: { readonly deletionTimestamp?: string };
  readonly status?: { readonly phase?: string };
}

/** Follows a run through its faults: how many nodes are Ready, and whether all is well again once they are over. */
export class FaultWatch {
  readonly #port: Port;
  readonly #user: UserInfo;
  readonly #nodes: number;
  readonly #end: number;
  #notReady = 0;

  /** `lasting`: milliseconds until the last fault is over. */
  constructor(port: Port, user: UserInfo, nodes: number, lasting: number) {
    this.#port = port;
    this.#user = user;
    this.#nodes = nodes;
    this.#end = performance.now() + lasting;
  }

  /** Looks; says how long after the faults everything is well, with `pods` pods Running, or that it is not. */
  async look(pods: number): Promise<number | undefined> {
    // As a client would whose API server is away: with patience.
    const [nodes, running] = [await list(this.#port, this.#user, 'nodes'), await list(this.#port, this.#user, 'pods')];
    if (!nodes || !running) return undefined;
    const ready = nodes.filter(isReady).length;
    this.#notReady = Math.max(this.#notReady, this.#nodes - ready);
    const over = performance.now() - this.#end;
    return over >= 0 && ready >= this.#nodes && running.filter(isRunning).length >= pods ? over : undefined;
  }

  async aftermath(recovered: number | undefined, acknowledged: readonly KubernetesObject[], movedPods: number): Promise<Aftermath> {
    return { recovered, notReady: this.#notReady, movedPods, acknowledged: acknowledged.length, lost: await missing(this.#port, this.#user, acknowledged) };
  }
}

/** Running, and not being deleted. */
const isRunning = (pod: unknown): boolean => {
  const { metadata, status } = pod as PodView;
  return status?.phase === 'Running' && metadata.deletionTimestamp === undefined;
};

/** Which of these objects are not there any more. */
const missing = async (port: Port, user: UserInfo, objects: readonly KubernetesObject[]): Promise<string[]> => {
  const lost: string[] = [];
  for (const { apiVersion, kind, metadata } of objects) {
    const resource = resourceByKind(apiVersion, kind);
    // A pod without an owner is deleted with its node.
    if (!resource || metadata.name === undefined || kind === 'Pod') continue;
    const namespace = resource.namespaced ? (metadata.namespace ?? 'default') : '';
    const answer: ApiAnswer = await port.request(API, { type: 'get', user, resource: resource.groupResource, namespace, name: metadata.name }, seconds(60));
    if (answer.type !== 'object') lost.push(`${kind} ${metadata.name}`);
  }
  return lost;
};

const list = async (port: Port, user: UserInfo, resource: string): Promise<readonly unknown[] | undefined> => {
  const answer: ApiAnswer = await port.request(API, { type: 'list', user, resource, namespace: '' }, seconds(20));
  return answer.type === 'list' ? answer.items.map(({ value }) => value) : undefined;
};
