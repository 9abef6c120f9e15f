import type { Address, Envelope, Message } from '@naumachia/core';
import { expect, it } from 'vitest';
import { watchApi } from './api-latencies.js';
import { quantile } from './histogram.js';

const APISERVER: Address = { actor: 'apiserver', incarnation: 1 };
const actor = (name: string): Address => ({ actor: name, incarnation: 1 });
const envelope = (kind: 'request' | 'reply', from: Address, to: Address, slot: number, message: Message): Envelope => ({ id: 0, cause: 0, from, to, link: 'stream', kind, slot, deadline: undefined, message });
const create = { type: 'create', resource: 'pods' };
const list = { type: 'list', resource: 'pods' };
const done = { type: 'written' };

// The second name has the length and the end of the kubelet's.
it.each(['scheduler', 'kubelet/code-1'])('requests of two hosts that have the same slot number are told apart by who asked: a kubelet and %s', (other) => {
  const api = watchApi();
  const [kubelet, scheduler] = [actor('kubelet/node-1'), actor(other)];
  api.arrived(envelope('request', kubelet, APISERVER, 7, create), 2, 100);
  api.arrived(envelope('request', scheduler, APISERVER, 7, list), 3, 200);
  // The answer to the first bears a copy of its address, as after a snapshot.
  expect(api.answered(envelope('reply', APISERVER, Object.assign({}, kubelet), 7, done))?.kind).toBe(2);
  api.settle(150);
  expect(api.answered(envelope('reply', APISERVER, scheduler, 7, { type: 'list' }))?.kind).toBe(3);
  expect(api.answered(envelope('reply', APISERVER, scheduler, 7, { type: 'list' }))).toBeUndefined();
  api.settle(400);
  const shapes = api.byShape();
  expect(Object.keys(shapes).toSorted()).toEqual(['create pods', 'list pods']);
  expect(quantile(shapes['create pods'] as never, 1)).toBe(50);
  expect(quantile(shapes['list pods'] as never, 1)).toBe(200);
  expect(api.writes).toEqual([undefined, undefined, 1]);
});

it('requests of one sender are told apart by their slots, however far these are from each other', () => {
  const api = watchApi();
  const kubelet = actor('kubelet/node-1');
  api.arrived(envelope('request', kubelet, APISERVER, 7, list), 1, 0);
  api.arrived(envelope('request', kubelet, APISERVER, 7 + 2 ** 16, create), 1, 0);
  expect(api.answered(envelope('reply', APISERVER, kubelet, 7 + 2 ** 17, done))).toBeUndefined();
  expect(api.answered(envelope('reply', APISERVER, kubelet, 7, { type: 'list' }))?.shape.what).toBe('list pods');
  expect(api.answered(envelope('reply', APISERVER, kubelet, 7 + 2 ** 16, done))?.shape.what).toBe('create pods');
});

it('a write that is refused, or that the runtime answered, is not a write', () => {
  const api = watchApi();
  const kubelet = actor('kubelet/node-1');
  const answers: readonly Message[] = [done, { type: 'failure' }, { type: 'status', status: { status: 'Failure' } } as Message, { type: 'status', status: { status: 'Success' } } as Message];
  answers.forEach((answer, slot) => {
    api.arrived(envelope('request', kubelet, APISERVER, slot, create), 1, 0);
    api.answered(envelope('reply', APISERVER, kubelet, slot, answer));
  });
  api.settle(1);
  expect(api.writes).toEqual([undefined, 2]);
  expect(api.byShape()['create pods']?.count).toBe(4);
});
