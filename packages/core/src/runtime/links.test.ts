import { expect, it } from 'vitest';
import { Random } from '../random.js';
import { type LinkLatency, Links } from './links.js';

const links = (...latencies: LinkLatency[]): Links => new Links(latencies, Random.named(1, 'links'));
const exactly = (ms: number): Pick<LinkLatency, 'least' | 'most'> => ({ least: ms, most: ms });

it.each([
  ['kubelet', 'kubelet/web-1', true],
  ['kubelet', 'kube-proxy/web-1', false],
  ['kubelet/web-1', 'kubelet/web-1', true],
  ['kubelet/web-1', 'kubelet/web-11', false],
  ['kubelet/web-#', 'kubelet/web-11', true],
  ['*/web-#', 'kube-proxy/web-11', true],
  ['*/web-#', 'kubelet/web-a-1', false],
  ['*/web-#', 'kubelet/web-', false],
  ['*/web-#', 'apiserver', false],
])('the end %s means %s: %s', (end, actor, isMeant) => {
  const { latency } = { latency: (from: string, to: string) => links({ from: end, ...exactly(5) }).latency(from, to) };
  expect(latency(actor, 'etcd')).toBe(isMeant ? 5 : 0);
  expect(latency('etcd', actor)).toBe(0);
});

it('the first latency that fits counts, an end of several means each of them, and nobody is away from itself', () => {
  const some = links({ from: ['apiserver', 'etcd'], to: 'kubelet', ...exactly(7) }, exactly(2));
  expect([some.latency('etcd', 'kubelet/a'), some.latency('apiserver', 'kubelet/a'), some.latency('kubelet/a', 'etcd'), some.latency('etcd', 'etcd')]).toEqual([7, 7, 2, 0]);
});

it('a latency lies between its bounds, and differs from message to message', () => {
  const some = links({ least: 10, most: 20 });
  const drawn = Array.from({ length: 100 }, () => some.latency('a', 'b') as number);
  expect(Math.min(...drawn)).toBeGreaterThanOrEqual(10);
  expect(Math.max(...drawn)).toBeLessThanOrEqual(20);
  expect(new Set(drawn).size).toBeGreaterThan(90);
});
