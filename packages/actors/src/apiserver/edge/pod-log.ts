import { isFailure, named, type Port } from '@naumachia/core';
import { forbidden, invalid, type FieldError } from '../../api/field-error.js';
import type { Pod } from '../../api/generated/types.js';
import type { ApiRequest, Stored } from '../../api/requests.js';
import { badRequest, invalidObject, notFound } from '../../api/status.js';
import { sendStatus, statusOfFailure, type Exchange } from './exchange.js';
import { streamContainerLog } from './kubelet-log.js';
import { booleanParameter, integerParameter, Refusal } from './request-options.js';

const API_SERVER = named<ApiRequest>('apiserver');

/** What a client asks of a log (core/v1 PodLogOptions). */
export interface LogOptions {
  readonly follow: boolean;
  readonly previous: boolean;
  readonly timestamps: boolean;
  readonly tailLines: number | undefined;
  readonly limitBytes: number | undefined;
  readonly sinceSeconds: number | undefined;
  /** RFC 3339. */
  readonly sinceTime: string | undefined;
}

/** Answers `pods/NAME/log`: finds the container and its node, and passes on what the kubelet there has of it. */
export const servePodLog = async (port: Port, exchange: Exchange, namespace: string, name: string): Promise<void> => {
  const { query, user } = exchange;
  const options = logOptions(query, name);
  const answer = await port.request(API_SERVER, { type: 'get', user, resource: 'pods', namespace, name });
  if (isFailure(answer)) return sendStatus(exchange, statusOfFailure(answer));
  if (answer.type === 'status') return sendStatus(exchange, answer.status);
  if (answer.type !== 'object') throw new Refusal(notFound('pods', name));
  const { value: pod } = answer.object as unknown as Stored<Pod>;
  const container = containerOf(pod, query.get('container') ?? '');
  const node = pod.spec.nodeName ?? '';
  if (node === '') {
    exchange.response.statusCode = 204;
    exchange.response.end();
    return;
  }
  const host = await port.request(API_SERVER, { type: 'get', user, resource: 'nodes', namespace: '', name: node });
  // The real server asks for the node in the pod's name, and so it is the pod that is not found.
  if (!isFailure(host) && host.type === 'status') return sendStatus(exchange, notFound('pods', node));
  await streamContainerLog(port, exchange, pod, node, container, options);
};

const logOptions = (query: URLSearchParams, name: string): LogOptions => {
  const options: LogOptions = {
    follow: booleanParameter(query, 'follow') ?? false,
    previous: booleanParameter(query, 'previous') ?? false,
    timestamps: booleanParameter(query, 'timestamps') ?? false,
    tailLines: integerParameter(query, 'tailLines'),
    limitBytes: integerParameter(query, 'limitBytes'),
    sinceSeconds: integerParameter(query, 'sinceSeconds'),
    sinceTime: query.get('sinceTime') ?? undefined,
  };
  const errors: FieldError[] = [];
  if (options.tailLines !== undefined && options.tailLines < 0) errors.push(invalid('tailLines', options.tailLines, 'must be greater than or equal to 0'));
  if (options.limitBytes !== undefined && options.limitBytes < 1) errors.push(invalid('limitBytes', options.limitBytes, 'must be greater than 0'));
  if (options.sinceSeconds !== undefined) {
    if (options.sinceTime !== undefined) errors.push(forbidden('[]', 'at most one of `sinceTime` or `sinceSeconds` may be specified'));
    else if (options.sinceSeconds < 1) errors.push(invalid('sinceSeconds', options.sinceSeconds, 'must be greater than 0'));
  }
  if (errors.length > 0) throw new Refusal(invalidObject('', 'PodLogOptions', name, errors));
  return options;
};

/** The container that is meant: the one that is named, or the only one. Throws a Refusal if that is not clear. */
export const containerOf = (pod: Pod, asked: string): string => {
  const names = (containers: readonly { readonly name: string }[] | undefined): string[] => (containers ?? []).map((container) => container.name);
  const { containers, initContainers, ephemeralContainers } = pod.spec;
  const name = pod.metadata.name ?? '';
  const regular = names(containers);
  const all = [...names(initContainers), ...regular, ...names(ephemeralContainers)];
  if (asked !== '') {
    if (!all.includes(asked)) throw new Refusal(badRequest(`container ${asked} is not valid for pod ${name}`));
    return asked;
  }
  const [only] = regular;
  if (only !== undefined && regular.length === 1) return only;
  throw new Refusal(badRequest(`a container name must be specified for pod ${name}, choose one of: [${all.join(' ')}]`));
};
