import { isFailure, named, type Port } from '@naumachia/core';
import type { Pod, Service } from '../../api/generated/types.js';
import { goQuote } from '../../api/go-text.js';
import type { KubernetesObject } from '../../api/object.js';
import type { ApiRequest } from '../../api/requests.js';
import { badRequest, notFound, serviceUnavailable } from '../../api/status.js';
import { statusOfFailure, type Exchange } from './exchange.js';
import { servePodLog } from './pod-log.js';
import { notYetSupported } from './refusals.js';
import { Refusal } from './request-options.js';
import type { ResourceRoute } from './resource-route.js';

const API_SERVER = named<ApiRequest>('apiserver');

/** Answers subresources that lead to a kubelet or a program. Throws a Refusal for what cannot be reached, and for what is not there yet. */
export const serveConnection = async (port: Port, exchange: Exchange, route: ResourceRoute): Promise<void> => {
  const { resource, namespace, name } = route;
  const subresource = route.subresource?.name ?? '';
  if (resource.resource === 'pods' && subresource === 'log') return servePodLog(port, exchange, namespace, name);
  // A proxy's name may carry a scheme and a port: `https:web:443`.
  const [first = '', second] = name.split(':');
  const plain = subresource !== 'proxy' || second === undefined ? name : first === 'http' || first === 'https' ? second : first;
  const object = await read(port, exchange, resource.resource, namespace, plain);
  if (subresource === 'proxy') {
    if (resource.resource === 'services') refuseServiceProxy(object as unknown as Service, name);
    // What has no address that may be reached is refused as an address that may not.
    throw new Refusal(badRequest('address not allowed'));
  }
  if (((object as unknown as Pod).spec.nodeName ?? '') === '') throw new Refusal(badRequest(`pod ${name} does not have a host assigned`));
  throw new Refusal(notYetSupported(`${resource.resource}/${subresource}`));
};

const read = async (port: Port, { user }: Exchange, resource: string, namespace: string, name: string): Promise<KubernetesObject> => {
  const answer = await port.request(API_SERVER, { type: 'get', user, resource, namespace, name });
  if (isFailure(answer)) throw new Refusal(statusOfFailure(answer));
  if (answer.type === 'status') throw new Refusal(answer.status);
  if (answer.type !== 'object') throw new Refusal(notFound(resource, name));
  return answer.object.value;
};

const refuseServiceProxy = (service: Service, asked: string): void => {
  const name = service.metadata.name ?? '';
  const wanted = asked.split(':').slice(asked.startsWith(`${name}:`) || asked === name ? 1 : 2)[0] ?? '';
  const found = wanted === '' || (service.spec.ports ?? []).some((port) => port.name === wanted || String(port.port) === wanted);
  if (!found) throw new Refusal(serviceUnavailable(`no service port ${wanted} found for service ${goQuote(name)}`));
  throw new Refusal(notFound('services', name));
};
