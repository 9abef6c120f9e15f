import type { Port } from '@naumachia/core';
import type { Pod, Service } from '../../api/generated/types.js';
import { goQuote } from '../../api/go-text.js';
import { badRequest, notFound, serviceUnavailable } from '../../api/status.js';
import type { Exchange } from './exchange.js';
import { servePodLog } from './pod-log.js';
import { notYetSupported } from './refusals.js';
import { Refusal } from './request-options.js';
import type { ResourceRoute } from './resource-route.js';
import { readObject } from './stored-object.js';

/** Answers subresources that lead to a kubelet or a program. Throws a Refusal for what cannot be reached, and for what is not there yet. */
export const serveConnection = async (port: Port, exchange: Exchange, route: ResourceRoute): Promise<void> => {
  const { resource, namespace, name } = route;
  const subresource = route.subresource?.name ?? '';
  if (resource.resource === 'pods' && subresource === 'log') return servePodLog(port, exchange, namespace, name);
  // A proxy's name may carry a scheme and a port: `https:web:443`.
  const [first = '', second] = name.split(':');
  const plain = subresource !== 'proxy' || second === undefined ? name : first === 'http' || first === 'https' ? second : first;
  const object = await readObject(port, exchange, resource.resource, namespace, plain);
  if (subresource === 'proxy') {
    if (resource.resource === 'services') refuseServiceProxy(object as unknown as Service, name);
    // What has no address that may be reached is refused as an address that may not.
    throw new Refusal(badRequest('address not allowed'));
  }
  if (((object as unknown as Pod).spec.nodeName ?? '') === '') throw new Refusal(badRequest(`pod ${name} does not have a host assigned`));
  throw new Refusal(notYetSupported(`${resource.resource}/${subresource}`));
};

const refuseServiceProxy = (service: Service, asked: string): void => {
  const name = service.metadata.name ?? '';
  const wanted = asked.split(':').slice(asked.startsWith(`${name}:`) || asked === name ? 1 : 2)[0] ?? '';
  const found = wanted === '' || (service.spec.ports ?? []).some((port) => port.name === wanted || String(port.port) === wanted);
  if (!found) throw new Refusal(serviceUnavailable(`no service port ${wanted} found for service ${goQuote(name)}`));
  throw new Refusal(notFound('services', name));
};
