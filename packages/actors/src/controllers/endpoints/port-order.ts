import type { DiscoveryV1EndpointPort, EndpointPort } from '../../api/generated/types.js';
import { fnv128a } from '../../api/hash.js';

/**
 * The order in which Endpoints and EndpointSlices of the real controllers name their ports, and `kubectl get` the first three of them: by a hash of
 * what Go dumps of each (endpoints/util.go portsByHash, endpointslice/util portsInOrder, Kubernetes 1.36).
 */
const inOrder = <P>(ports: readonly P[], dump: (port: P) => string): readonly P[] => {
  if (ports.length < 2) return ports;
  const hashed = ports.map((port) => ({ port, hash: fnv128a(dump(port)) }));
  return hashed.sort((a, b) => (a.hash < b.hash ? -1 : a.hash > b.hash ? 1 : 0)).map(({ port }) => port);
};

export const endpointPortsInOrder = (ports: readonly EndpointPort[]): readonly EndpointPort[] =>
  inOrder(ports, ({ name, port, protocol, appProtocol }) => `(v1.EndpointPort){Name:(string)${name ?? ''} Port:(int32)${port} Protocol:(v1.Protocol)${protocol ?? ''} AppProtocol:(*string)${appProtocol ?? '<nil>'}}`);

export const slicePortsInOrder = (ports: readonly DiscoveryV1EndpointPort[]): readonly DiscoveryV1EndpointPort[] =>
  inOrder(ports, ({ name, port, protocol, appProtocol }) => `(v1.EndpointPort){Name:(*string)${name ?? '<nil>'} Protocol:(*v1.Protocol)${protocol ?? '<nil>'} Port:(*int32)${port ?? '<nil>'} AppProtocol:(*string)${appProtocol ?? '<nil>'}}`);
