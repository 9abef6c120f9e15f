import { defineActor, milliseconds, seconds, Simulation } from '@naumachia/core';
import { expect, test } from 'vitest';
import type { ApiReply, ApiRequest } from '../api/requests.js';
import { areSatisfied } from './expectations.js';
import { type Controller, controllerState, enqueue, type ReconcilerMessage, reconcilerGroup, type WithReconcilers } from './reconciler.js';
import { createRequest } from './requests.js';

/** An API server that refuses the first requests and then answers, each after 100 ms. */
interface Stub {
  refusals: number;
  open: number;
  mostOpen: number;
  readonly names: string[];
}

type StubMessage = ApiRequest | { readonly type: 'answer'; readonly caller: unknown; readonly refuse: boolean };

const take = (state: Stub, message: ApiRequest, context: Parameters<NonNullable<Parameters<typeof defineActor<unknown, Stub, StubMessage>>[0]['receive']['answer']>>[2]): void => {
  state.open++;
  state.mostOpen = Math.max(state.mostOpen, state.open);
  state.names.push(String('object' in message ? message.object.metadata.name : ''));
  const refuse = state.refusals-- > 0;
  const answer: StubMessage = { type: 'answer', caller: context.caller, refuse };
  context.after(milliseconds(100), answer);
};

const stub = defineActor<{ readonly refusals: number }, Stub, StubMessage>({
  kind: 'apiserver',
  start: ({ refusals }) => ({ refusals, open: 0, mostOpen: 0, names: [] }),
  receive: {
    get: take, list: take, create: take, update: take, patch: take, delete: take, deletecollection: take,
    answer: (state, { caller, refuse }, context) => {
      state.open--;
      const status = { kind: 'Status', apiVersion: 'v1', metadata: {}, status: refuse ? 'Failure' : 'Success', ...(refuse && { reason: 'Conflict' }) } as const;
      const reply: ApiReply = { type: 'status', status };
      context.reply(caller as Parameters<typeof context.reply>[0], reply);
    },
  },
});

interface Owner extends WithReconcilers {
  readonly looked: string[];
  readonly proceeded: unknown[];
}

const CLIENT = { user: { name: 'test', groups: [] }, fieldManager: 'test' };
const write = (name: string) => createRequest(CLIENT, 'pods', 'default', { apiVersion: 'v1', kind: 'Pod', metadata: { name } });

const maker: Controller<Owner> = {
  name: 'maker',
  workers: 3,
  reconcile: (state, key) => {
    state.looked.push(key);
    if (key === 'nothing') return undefined;
    if (key === 'steps') return { writes: [write('one'), write('two')], next: 1, expect: { owner: key, creations: true } };
    if (key === 'later') return state.looked.length < 3 ? { writes: [], requeueAfter: seconds(10) } : undefined;
    return { writes: [write(key)] };
  },
  proceed: (state, _key, next, answers) => {
    state.proceeded.push([next, answers.length]);
    return next === 1 ? { writes: [write('three')], next: 2 } : undefined;
  },
};

const group = reconcilerGroup<Owner>([maker], { ready: () => true, record: () => undefined });

const owner = defineActor<readonly string[], Owner, ReconcilerMessage>({
  kind: 'owner',
  start: (keys, context) => {
    const state: Owner = { reconcilers: group.initial(), looked: [], proceeded: [] };
    for (const key of keys) enqueue(state, 'maker', key);
    group.drain(state, context);
    return state;
  },
  receive: { ...group.receive },
  flows: [...group.flows],
});

const run = (keys: readonly string[], refusals = 0) => {
  const simulation = new Simulation({ seed: 1, definitions: [stub, owner] });
  simulation.start([{ name: 'apiserver', kind: 'apiserver', config: { refusals } }, { name: 'owner', kind: 'owner', config: keys }]);
  return { simulation, api: () => simulation.stateOf<Stub>('apiserver'), state: () => simulation.stateOf<Owner>('owner') };
};

test('as many keys as the controller has workers are worked on at once', () => {
  const { simulation, api } = run(['a', 'b', 'c', 'd', 'e', 'f', 'g']);
  simulation.advance(seconds(2));
  expect(api().names).toEqual(['a', 'b', 'c', 'd', 'e', 'f', 'g']);
  expect(api().mostOpen).toBe(3);
});

test('a write that is refused has its key looked at again after the back-off', () => {
  const { simulation, state } = run(['a'], 2);
  simulation.advance(seconds(2));
  expect(state().looked).toEqual(['a', 'a', 'a']);
});

test('writes of one step go out at once, and the next step follows when all are answered', () => {
  const { simulation, api, state } = run(['steps']);
  simulation.advance(seconds(1));
  expect(api().names).toEqual(['one', 'two', 'three']);
  expect(api().mostOpen).toBe(2);
  expect(state().proceeded).toEqual([[1, 2], [2, 1]]);
});

test('an expectation of a write that was refused is taken back at once', () => {
  const { simulation, state } = run(['steps'], 2);
  simulation.advance(milliseconds(50));
  const { expectations } = controllerState(state(), 'maker');
  expect(areSatisfied(expectations, 'steps', simulation.now)).toBe(false);
  simulation.advance(milliseconds(60));
  expect(areSatisfied(expectations, 'steps', simulation.now)).toBe(true);
});

test('a key that asks for it is looked at again later', () => {
  const { simulation, state } = run(['later']);
  simulation.advance(seconds(15));
  expect(state().looked).toEqual(['later', 'later']);
});

test('a key with nothing to do costs one look', () => {
  const { simulation, api, state } = run(['nothing']);
  simulation.advance(seconds(15));
  expect([state().looked, api().names]).toEqual([['nothing'], []]);
});
