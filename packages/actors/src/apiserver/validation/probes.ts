import { type FieldError, forbidden, invalid, required } from '../../api/field-error.js';
import type { Container, LifecycleHandler, Probe } from '../../api/generated/types.js';
import { type Findings, notNegative, oneOf, portNumber, portNumberOrName } from './values.js';

type Handler = LifecycleHandler & Pick<Probe, 'grpc'>;

/** validateHandler: exactly one way to act. */
const handlerErrors = (out: Findings, path: string, handler: Handler, graceSeconds: number | undefined): void => {
  let count = 0;
  const only = (name: string, found: () => void): void => {
    if (count > 0) out.push(forbidden(`${path}.${name}`, 'may not specify more than 1 handler type'));
    else {
      count++;
      found();
    }
  };
  const { exec, httpGet, tcpSocket, grpc, sleep } = handler;
  if (exec !== undefined) only('exec', () => { if ((exec.command ?? []).length === 0) out.push(required(`${path}.exec.command`)); });
  if (httpGet !== undefined) {
    only('httpGet', () => {
      if ((httpGet.path ?? '') === '') out.push(required(`${path}.httpGet.path`));
      portNumberOrName(out, `${path}.httpGet.port`, httpGet.port);
      oneOf(out, `${path}.httpGet.scheme`, httpGet.scheme, ['HTTP', 'HTTPS']);
      for (const header of httpGet.httpHeaders ?? []) {
        if (!/^[-A-Za-z0-9]+$/.test(header.name)) {
          out.push(invalid(`${path}.httpGet.httpHeaders`, header.name, "a valid HTTP header must consist of alphanumeric characters or '-' (e.g. 'X-Header-Name', regex used for validation is '[-A-Za-z0-9]+')"));
        }
      }
    });
  }
  if (tcpSocket !== undefined) only('tcpSocket', () => portNumberOrName(out, `${path}.tcpSocket.port`, tcpSocket.port));
  if (grpc !== undefined) only('grpc', () => { for (const text of portNumber(grpc.port)) out.push(invalid(`${path}.grpc.port`, grpc.port, text)); });
  if (sleep !== undefined) {
    only('sleep', () => {
      const grace = graceSeconds ?? 30;
      if (sleep.seconds < 0 || sleep.seconds > grace) out.push(invalid(`${path}.sleep`, sleep.seconds, `must be non-negative and less than terminationGracePeriodSeconds (${grace})`));
    });
  }
  if (count === 0) out.push(required(path, 'must specify a handler type'));
};

const probeErrors = (out: Findings, path: string, probe: Probe | undefined, grace: number | undefined): void => {
  if (probe === undefined) return;
  handlerErrors(out, path, probe, grace);
  notNegative(out, `${path}.initialDelaySeconds`, probe.initialDelaySeconds);
  notNegative(out, `${path}.timeoutSeconds`, probe.timeoutSeconds);
  notNegative(out, `${path}.periodSeconds`, probe.periodSeconds);
  notNegative(out, `${path}.successThreshold`, probe.successThreshold);
  notNegative(out, `${path}.failureThreshold`, probe.failureThreshold);
  if (probe.terminationGracePeriodSeconds !== undefined && probe.terminationGracePeriodSeconds <= 0) {
    out.push(invalid(`${path}.terminationGracePeriodSeconds`, probe.terminationGracePeriodSeconds, 'must be greater than 0'));
  }
};

const mustSucceedOnce = (path: string, probe: Probe | undefined): FieldError | undefined =>
  probe !== undefined && probe.successThreshold !== 1 ? invalid(`${path}.successThreshold`, probe.successThreshold ?? 0, 'must be 1') : undefined;

/** Probes and hooks of a container that runs as long as its pod. */
export const lifecycleErrors = (out: Findings, path: string, container: Container, grace: number | undefined): void => {
  const { lifecycle, livenessProbe, readinessProbe, startupProbe } = container;
  if (lifecycle?.postStart !== undefined) handlerErrors(out, `${path}.lifecycle.postStart`, lifecycle.postStart, grace);
  if (lifecycle?.preStop !== undefined) handlerErrors(out, `${path}.lifecycle.preStop`, lifecycle.preStop, grace);
  probeErrors(out, `${path}.livenessProbe`, livenessProbe, grace);
  const alive = mustSucceedOnce(`${path}.livenessProbe`, livenessProbe);
  if (alive !== undefined) out.push(alive);
  probeErrors(out, `${path}.readinessProbe`, readinessProbe, grace);
  if (readinessProbe?.terminationGracePeriodSeconds !== undefined) {
    out.push(invalid(`${path}.readinessProbe.terminationGracePeriodSeconds`, readinessProbe.terminationGracePeriodSeconds, 'must not be set for readinessProbes'));
  }
  probeErrors(out, `${path}.startupProbe`, startupProbe, grace);
  const started = mustSucceedOnce(`${path}.startupProbe`, startupProbe);
  if (started !== undefined) out.push(started);
};
