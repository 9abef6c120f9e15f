import { type Duration, type Instant, later, milliseconds, seconds } from '@naumachia/core';
import type { Container, Probe as ProbeSpec } from '../api/generated/types.js';
import type { CommandContext } from './commands.js';
import type { PodSandbox, RuntimeContainer } from './container-runtime.js';
import { execNotFound, runProcess, startProcess } from './process.js';

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

/** `error`: what was asked for cannot be probed, which says nothing of the container. */
export interface ProbeOutcome {
  readonly result: 'success' | 'failure' | 'error';
  /** What a failure says, after `Readiness probe failed: `. */
  readonly message: string;
}

const SUCCESS: ProbeOutcome = { result: 'success', message: '' };
const failure = (message: string): ProbeOutcome => ({ result: 'failure', message });
const error = (message: string): ProbeOutcome => ({ result: 'error', message });

/** What a probe looks at. */
export interface Probed {
  readonly sandbox: PodSandbox;
  readonly container: RuntimeContainer;
  readonly ports: Container['ports'];
  readonly hostIP: string;
  contextOf(print: CommandContext['print']): CommandContext;
}

/** Probes once. Programs that run for ever are healthy where they listen. Words of Kubernetes 1.36 (pkg/kubelet/prober, pkg/probe). */
export const probeOnce = (spec: ProbeSpec, probed: Probed, now: Instant): ProbeOutcome => {
  const { sandbox, container, hostIP } = probed;
  const listens = container.process?.script === undefined ? SERVER_PORTS[container.image.program] : undefined;
  const timeout = spec.timeoutSeconds ?? 1;
  if (spec.exec?.command) return exec(spec.exec.command, timeout, probed, now);
  const asked = spec.httpGet?.port ?? spec.tcpSocket?.port ?? spec.grpc?.port;
  if (asked === undefined) return SUCCESS;
  const port = portOf(asked, probed.ports);
  if (port === undefined) return error(`strconv.Atoi: parsing "${asked}": invalid syntax`);
  const address = sandbox.ip === '' ? hostIP : sandbox.ip;
  if (spec.grpc) return failure(`timeout: failed to connect service "${address}:${port}" within ${timeout}s: context deadline exceeded`);
  if (port === listens) return SUCCESS;
  const refused = `dial tcp ${address}:${port}: connect: connection refused`;
  if (!spec.httpGet) return failure(refused);
  const { path = '/', scheme = 'HTTP', host = address } = spec.httpGet;
  return failure(`Get "${scheme.toLowerCase()}://${host}:${port}${path.startsWith('/') ? '' : '/'}${path}": ${refused}`);
};

/** A port that is given by name is one of the container's. */
const portOf = (asked: number | string, ports: Container['ports']): number | undefined => {
  const named = typeof asked === 'string' ? ports?.find(({ name }) => name === asked)?.containerPort : undefined;
  const port = named ?? Number(asked);
  return Number.isInteger(port) ? port : undefined;
};

const exec = (command: readonly string[], timeout: number, { contextOf }: Probed, now: Instant): ProbeOutcome => {
  const [executable = ''] = command;
  let output = '';
  const context = contextOf((text) => {
    output += text;
  });
  const started = startProcess('busybox', command, [], now);
  if ('error' in started) return error(`rpc error: code = Unknown desc = ${execNotFound(executable)}`);
  // It has its time, and is judged at its beginning.
  runProcess(started.process, context, later(now, seconds(timeout)));
  if (!started.process.exited) return failure(`command timed out: "${command.join(' ')}" timed out after ${timeout}s`);
  return started.process.status === 0 ? SUCCESS : failure(output);
};

export const waitForNext = (probe: Probe, now: Instant): void => {
  const period: Duration = seconds(probe.spec.periodSeconds ?? 10);
  probe.nextAt = later(now, period > 0 ? period : milliseconds(1000));
};

/** Takes in an outcome; true if what counts has changed. */
export const takeOutcome = (probe: Probe, success: boolean, now: Instant): boolean => {
  probe.run = probe.last === success ? probe.run + 1 : 1;
  probe.last = success;
  waitForNext(probe, now);
  const threshold = success ? (probe.spec.successThreshold ?? 1) : (probe.spec.failureThreshold ?? 3);
  if (probe.run < threshold || probe.result === success) return false;
  probe.result = success;
  return true;
};
