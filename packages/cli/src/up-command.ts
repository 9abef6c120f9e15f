import { randomBytes } from 'node:crypto';
import { CATALOG, clusterActors, clusterHeap, clusterNiceness, type ClusterSpec, clusterPlacement } from '@naumachia/actors';
import { type EdgeInfo, type EdgeOptions, newAuthority } from '@naumachia/actors/apiserver/edge';
import { ThreadsRuntime } from '@naumachia/core';
import { CommandFailed, EXIT } from './exit-codes.js';
import { interruption } from './interruption.js';
import { addToKubeconfig, CONTEXT, defaultKubeconfig } from './kubeconfig-file.js';
import { machineLimits, threadsProblem } from './machine-limits.js';
import { print } from './standard-output.js';

export interface UpFlags {
  readonly nodes: number;
  readonly mode: 'packed' | 'threads';
  readonly hosts?: number;
  readonly seed: number;
  readonly port: number;
  readonly kubeconfig?: string;
  readonly token?: string;
  readonly controllers: NonNullable<ClusterSpec['controllers']>;
}

/** `naumachia up`: a cluster that answers kubectl until Ctrl-C. Resolves with the exit code. */
export const up = async (flags: UpFlags): Promise<number> => {
  const problem = flags.mode === 'threads' ? threadsProblem(flags.nodes, machineLimits()) : undefined;
  if (problem !== undefined) throw new CommandFailed(problem);
  const authority = newAuthority();
  const token = flags.token ?? randomBytes(24).toString('base64url');
  const kubeconfig = flags.kubeconfig ?? defaultKubeconfig();

  let interrupted: () => void = () => {};
  const untilInterrupted = new Promise<void>((resolve) => (interrupted = resolve));
  const interrupt = interruption(interrupted);
  // Hundreds of workers are worth the loading of this.
  const build = flags.mode === 'threads' ? (await import('@naumachia/bench')).nodeHostBuild() : undefined;
  const runtime = await ThreadsRuntime.create({
    seed: flags.seed, placement: clusterPlacement(flags.mode, flags.hosts), catalog: CATALOG,
    heap: clusterHeap, niceness: clusterNiceness, ...(build && { build }),
    incident: ({ host, what, detail }) => process.stderr.write(`${host}: ${what}: ${detail}\n`),
  });
  let forget = (): void => {};
  try {
    const started = runtime.start(clusterActors({ nodes: flags.nodes, latency: 'recorded', controllers: flags.controllers, rootCa: authority.certificate }));
    // Who does not want to wait for hundreds of threads need not; what their start then fails of is nobody's concern.
    started.catch(() => undefined);
    await Promise.race([started, untilInterrupted]);
    if (interrupt.signal.aborted) return EXIT.interrupted;
    const { url, caCertificate } = await openEdge(runtime, { port: flags.port, token, authority });
    forget = addToKubeconfig(kubeconfig, { url, certificateAuthority: caCertificate, token });
    await print(`${url} is ready: ${flags.nodes} nodes, context "${CONTEXT}" in ${kubeconfig}. Ctrl-C ends it.\n`);
    await untilInterrupted;
  } finally {
    forget();
    interrupt.release();
    await runtime.stop('abort');
  }
  return EXIT.done;
};

const openEdge = async (runtime: ThreadsRuntime, options: EdgeOptions): Promise<EdgeInfo> => {
  try {
    return (await runtime.open('apiserver', 'edge', options)) as EdgeInfo;
  } catch (error) {
    const message = error instanceof Error ? error.message : String(error);
    if (message.includes('EADDRINUSE')) throw new CommandFailed(`port ${options.port} is in use. Choose another with --port, or --port 0 for a free one.`);
    if (message.includes('EACCES')) throw new CommandFailed(`port ${options.port} may not be opened by this user. Choose one above 1023 with --port.`);
    throw error;
  }
};
