import { expect, test } from 'vitest';
import { nodeAddress, podCidr, podSubnet } from './node-addresses.js';

test('the first node has the first pod subnet', () => {
  expect([nodeAddress(1), podCidr(1)]).toEqual(['172.16.0.1', '10.244.1.0/24']);
});

test('a hundred thousand nodes have addresses and pod subnets of their own, none of them in the service range', () => {
  const nodes = new Set<string>();
  const subnets = new Set<string>();
  for (let index = 1; index <= 100_000; index++) {
    nodes.add(nodeAddress(index));
    const subnet = podSubnet(index);
    subnets.add(subnet);
    const [first, second] = subnet.split('.').map(Number);
    if (first === 10 && second !== undefined && second >= 96 && second < 112) throw new Error(`${subnet} lies in the service range`);
    if (subnet.split('.').some((octet) => Number(octet) > 255)) throw new Error(subnet);
  }
  expect([nodes.size, subnets.size]).toEqual([100_000, 100_000]);
});
