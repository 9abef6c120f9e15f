import { randomBytes } from 'node:crypto';
import { clusterActors, type ClusterSpec } from '@naumachia/actors';
import { type EdgeInfo, type EdgeOptions, newAuthority } from '@naumachia/actors/apiserver/edge';
import type { Incident, Runtime, VirtualClock } from '@naumachia/core';
import { type ClusterFlags, describedCluster, type DescribedCluster, nodeCount } from './cluster-flags.js';
import { type Bundled, createRuntime, type PaceFlags, resumeRuntime } from './cluster-runtime.js';
import { CommandFailed, EXIT } from './exit-codes.js';
import { interruption } from './interruption.js';
import { contextOf, defaultKubeconfig } from './kubeconfig-file.js';
import { processesFor } from './machine-limits.js';
import { passUntilNodesReady } from './nodes-ready.js';
import { VERSION } from './package-version.js';
import { readRecordedRun, type RecordedRun, refuseBesideRun } from './recorded-run.js';
import { claimName } from './running/claim-name.js';
import { tellParent, upDetached } from './running/detached.js';
import { type ReadyNotice, readyText } from './running/ready-notice.js';
import { RunningCluster } from './running/running-cluster.js';
import { print } from './standard-output.js';

export interface UpFlags extends ClusterFlags, PaceFlags {
  readonly port: number;
  /** Default: as many as the machine's limits ask for. */
  readonly processes?: number;
  /** `false`: no kubeconfig is touched. */
  readonly kubeconfig?: string | false;
  readonly token?: string;
  /** A recorded run, which the cluster goes on with. */
  readonly from?: string;
  readonly detach?: boolean;
  /** Set by `--detach` for the process that it starts: where its output goes. */
  readonly detachedLog?: string;
}

const DEFAULTS = { nodes: 3, latency: 'recorded' } as const;

/** `naumachia up`: a cluster that answers kubectl until Ctrl-C or `naumachia down`. Resolves with the exit code. */
export const up = async (flags: UpFlags, bundled?: Bundled): Promise<number> => {
  const recorded = flags.from === undefined ? undefined : recordedIn(flags.from, flags);
  const cluster = recorded?.cluster ?? (await describedCluster(flags, DEFAULTS));
  const nodes = nodeCount(cluster);
  const processes = processesFor(nodes, cluster.mode, flags.processes);
  const about = { pid: process.pid, startedAt: new Date().toISOString(), version: VERSION, mode: cluster.mode, nodes, ...(flags.detachedLog !== undefined && { log: flags.detachedLog }) };
  if (flags.detach === true) return upDetached(await claimName(cluster.name, about));

  const incident = ({ host, what, detail }: Incident): void => void process.stderr.write(`${host}: ${what}: ${detail}\n`);
  const runtime = recorded ? await resumeRuntime(recorded.file, recorded.run, flags, incident, bundled) : await createRuntime(cluster, processes, flags, incident, bundled);
  let interrupted: () => void = () => {};
  const untilInterrupted = new Promise<void>((resolve) => (interrupted = resolve));
  const interrupt = interruption(interrupted);
  let running: RunningCluster | undefined;
  try {
    running = new RunningCluster(await claimName(cluster.name, about), runtime, interrupted);
    const notice = await Promise.race([serve(running, cluster, flags), untilInterrupted]);
    if (notice === undefined) return interrupt.signal.aborted ? EXIT.interrupted : EXIT.done;
    await print(`${readyText(notice)} Ctrl-C ends it.\n`);
    tellParent(notice);
    await untilInterrupted;
  } finally {
    interrupt.release();
    await runtime.stop('abort');
    await running?.leave();
  }
  return EXIT.done;
};

/** Starts everything; what a start then fails of that nobody waits for any more is nobody's concern. */
const serve = (running: RunningCluster, cluster: DescribedCluster, flags: UpFlags): Promise<ReadyNotice> => {
  const serving = starting(running, cluster, flags);
  serving.catch(() => undefined);
  return serving;
};

const starting = async (running: RunningCluster, cluster: DescribedCluster, { port, token = randomBytes(24).toString('base64url'), kubeconfig, from }: UpFlags): Promise<ReadyNotice> => {
  const { runtime } = running;
  const authority = newAuthority();
  const nodes = nodeCount(cluster);
  await Promise.all([from === undefined ? startActors(runtime, { ...cluster, rootCa: authority.certificate }) : undefined, running.serve()]);
  const { url, caCertificate } = await openEdge(runtime, { port, token, authority });
  running.ready({ url, certificateAuthority: caCertificate, token });
  const file = kubeconfig === false ? undefined : (kubeconfig ?? defaultKubeconfig());
  if (file !== undefined) running.addToKubeconfig(file);
  const { name } = running.entry();
  return { name, url, nodes, ...(runtime.clock && { pace: paceOf(runtime.clock) }), ...(file !== undefined && { kubeconfig: file, context: contextOf(name) }) };
};

const startActors = async (runtime: Runtime, cluster: ClusterSpec): Promise<void> => {
  await runtime.start(clusterActors(cluster));
  if (runtime.clock) await passUntilNodesReady(runtime, runtime.clock, nodeCount(cluster));
};

/** A recorded run, and the cluster that it is of. */
const recordedIn = (file: string, flags: UpFlags): { readonly file: string; readonly run: RecordedRun; readonly cluster: DescribedCluster } => {
  refuseBesideRun({ ...flags });
  const run = readRecordedRun(file);
  return { file, run, cluster: { ...DEFAULTS, ...(flags.name !== undefined && { name: flags.name }), mode: 'simulated', seed: run.log.seed, nodes: run.nodes, controllers: 'all' } };
};

const paceOf = ({ speed }: VirtualClock): string => (speed === 0 ? 'Its clock stands.' : `Its clock goes ${speed} times as fast as yours.`);

const openEdge = async (runtime: Runtime, options: EdgeOptions): Promise<EdgeInfo> => {
  try {
    return (await runtime.open('apiserver', 'edge', options)) as EdgeInfo;
  } catch (error) {
    const message = error instanceof Error ? error.message : String(error);
    if (message.includes('EADDRINUSE')) throw new CommandFailed(`port ${options.port} is in use. Choose another with --port, or --port 0 for a free one.`);
    if (message.includes('EACCES')) throw new CommandFailed(`port ${options.port} may not be opened by this user. Choose one above 1023 with --port.`);
    throw error;
  }
};
