import { expect, test } from 'vitest';
import { endpointPortsInOrder, slicePortsInOrder } from './port-order.js';

// As a controller manager 1.36.3 named the ports of one Service with these four.
const ports = [{ name: 'xx', port: 8080, protocol: 'TCP' }, { name: 'yy', port: 9090, protocol: 'TCP' }, { name: 'z', port: 7070, protocol: 'TCP' }, { name: 'd', port: 53, protocol: 'UDP' }];

test('ports stand in the order of the real controllers, whatever order the service has', () => {
  for (const given of [ports, [...ports].reverse()]) {
    expect(endpointPortsInOrder(given).map(({ name }) => name)).toEqual(['xx', 'z', 'yy', 'd']);
    expect(slicePortsInOrder(given).map(({ name }) => name)).toEqual(['d', 'xx', 'z', 'yy']);
  }
});
