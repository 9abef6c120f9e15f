import { randomBytes } from 'node:crypto';
import { clusterActors, type ClusterSpec } from '@naumachia/actors';
import { type EdgeInfo, type EdgeOptions, newAuthority } from '@naumachia/actors/apiserver/edge';
import type { Runtime, VirtualClock } from '@naumachia/core';
import { createRuntime, type RuntimeFlags } from './cluster-runtime.js';
import { CommandFailed, EXIT } from './exit-codes.js';
import { interruption } from './interruption.js';
import { addToKubeconfig, CONTEXT, defaultKubeconfig } from './kubeconfig-file.js';
import { machineLimits, threadsProblem } from './machine-limits.js';
import { passUntilNodesReady } from './nodes-ready.js';
import { print } from './standard-output.js';

export interface UpFlags extends RuntimeFlags {
  readonly nodes: number;
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
  const runtime = await createRuntime(flags);
  const { clock } = runtime;
  let forget = (): void => {};
  try {
    const started = runtime.start(clusterActors({ nodes: flags.nodes, latency: 'recorded', controllers: flags.controllers, rootCa: authority.certificate }));
    // Who does not want to wait for hundreds of threads need not; what their start then fails of is nobody's concern.
    started.catch(() => undefined);
    await Promise.race([clock ? started.then(async () => passUntilNodesReady(runtime, clock, flags.nodes)) : started, untilInterrupted]);
    if (interrupt.signal.aborted) return EXIT.interrupted;
    const { url, caCertificate } = await openEdge(runtime, { port: flags.port, token, authority });
    forget = addToKubeconfig(kubeconfig, { url, certificateAuthority: caCertificate, token });
    await print(`${url} is ready: ${flags.nodes} nodes, context "${CONTEXT}" in ${kubeconfig}.${clock ? ` ${paceOf(clock)}` : ''} Ctrl-C ends it.\n`);
    await untilInterrupted;
  } finally {
    forget();
    interrupt.release();
    await runtime.stop('abort');
  }
  return EXIT.done;
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
