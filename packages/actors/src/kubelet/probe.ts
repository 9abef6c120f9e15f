import { type Duration, type Instant, later, milliseconds, seconds } from '@naumachia/core';
import type { Container, Probe as ProbeSpec } from '../api/generated/types.js';
import type { CommandContext } from './commands.js';
import type { PodSandbox, RuntimeContainer } from './container-runtime.js';
import { isKnownCommand, runProcess, startProcess } from './process.js';

/** One probe of one container under way (prober/worker.go), as plain data. */
export interface Probe {
  readonly container: string;
  readonly kind: 'readiness' | 'liveness' | 'startup';
  /** The container that is probed: a restart begins anew. */
  readonly containerId: string;
  readonly spec: ProbeSpec;
  nextAt: Instant;
  /** Consecutive equal results. */
  run: number;
  last: boolean | undefined;
  /** What counts: `undefined` until a threshold is reached for the first time. */
  result: boolean | undefined;
}

/** The probes that a container which has just started gets, or undefined. */
export const probesOf = (container: Container, started: RuntimeContainer, now: Instant): Probe[] | undefined => {
  if (container.readinessProbe === undefined && container.livenessProbe === undefined && container.startupProbe === undefined) return undefined;
  const probes: Probe[] = [];
  const add = (kind: Probe['kind'], spec: ProbeSpec | undefined): void => {
    if (spec) probes.push({ container: container.name, kind, containerId: started.id, spec, nextAt: later(now, seconds(spec.initialDelaySeconds ?? 0)), run: 0, last: undefined, result: undefined });
  };
  add('startup', container.startupProbe);
  add('readiness', container.readinessProbe);
  add('liveness', container.livenessProbe);
  return probes;
};

/** Ports that servers of known images answer on, as the recorded runtime has it. */
const SERVER_PORTS: Readonly<Record<string, number>> = { nginx: 80, httpd: 80, 'nginx-slim': 80, redis: 6379, echoserver: 8080, 'echo-server': 8080, agnhost: 8080, 'hello-app': 8080, 'kubernetes-bootcamp': 8080 };

export interface ProbeOutcome {
  readonly success: boolean;
  /** What a failure says, after `Readiness probe failed: `. */
  readonly message: string;
}

const SUCCESS: ProbeOutcome = { success: true, message: '' };

/** Probes once. Programs that run for ever are healthy where they listen. */
export const probeOnce = (spec: ProbeSpec, sandbox: PodSandbox, container: RuntimeContainer, hostIP: string, contextOf: (print: CommandContext['print']) => CommandContext | undefined, now: Instant): ProbeOutcome => {
  const listens = container.process?.script === undefined ? SERVER_PORTS[container.image.program] : undefined;
  const address = sandbox.ip === '' ? hostIP : sandbox.ip;
  if (spec.httpGet) {
    const { port, path, scheme } = spec.httpGet;
    if (Number(port) === listens || typeof port === 'string') return SUCCESS;
    const url = `${(scheme ?? 'HTTP').toLowerCase()}://${spec.httpGet.host ?? address}:${port}${path ?? '/'}`;
    return { success: false, message: `Get "${url}": dial tcp ${address}:${port}: connect: connection refused` };
  }
  if (spec.tcpSocket) return Number(spec.tcpSocket.port) === listens ? SUCCESS : { success: false, message: `dial tcp ${address}:${spec.tcpSocket.port}: connect: connection refused` };
  if (spec.exec?.command) return exec(spec.exec.command, contextOf, now);
  return SUCCESS;
};

const exec = (command: readonly string[], contextOf: (print: CommandContext['print']) => CommandContext | undefined, now: Instant): ProbeOutcome => {
  const [executable = ''] = command;
  if (!isKnownCommand(executable)) return { success: false, message: `exec: "${executable}": executable file not found in $PATH` };
  let output = '';
  const context = contextOf((text) => {
    output += text;
  });
  const outcome = startProcess('busybox', command, [], now);
  if (context === undefined || 'error' in outcome) return { success: false, message: output };
  runProcess(outcome.process, context, now);
  return { success: outcome.process.exited && outcome.process.status === 0, message: output };
};

/** Takes in an outcome; true if what counts has changed. */
export const takeOutcome = (probe: Probe, success: boolean, now: Instant): boolean => {
  probe.run = probe.last === success ? probe.run + 1 : 1;
  probe.last = success;
  const period: Duration = seconds(probe.spec.periodSeconds ?? 10);
  probe.nextAt = later(now, period > 0 ? period : milliseconds(1000));
  const threshold = success ? (probe.spec.successThreshold ?? 1) : (probe.spec.failureThreshold ?? 3);
  if (probe.run < threshold || probe.result === success) return false;
  probe.result = success;
  return true;
};
