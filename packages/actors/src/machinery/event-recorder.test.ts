import { type ActorContext, defineActor, type Instant, type Message, milliseconds, seconds, Simulation } from '@naumachia/core';
import { expect, test } from 'vitest';
import type { CoreV1Event } from '../api/generated/types.js';
import type { ApiRequest } from '../api/requests.js';
import { type EventRecorder, eventRecorder, eventSink } from './event-recorder.js';

/** Answers what it is told to: nothing (and the request is lost), a success, or a refusal. */
type Mood = 'serve' | 'gone' | 'refuse';

interface Stub {
  mood: Mood;
  readonly asked: ApiRequest[];
  readonly askedAt: Instant[];
}

interface Say extends Message {
  readonly type: 'say';
  readonly message: string;
  readonly object: string;
}

interface Held extends Message {
  readonly type: 'hold' | 'let-go';
}

const take = (state: Stub, message: ApiRequest, context: ActorContext): void => {
  state.asked.push(message);
  state.askedAt.push(context.now);
  const failed = state.mood === 'refuse' || (state.mood === 'gone' && message.type === 'patch');
  const status = { kind: 'Status', apiVersion: 'v1', metadata: {}, status: failed ? 'Failure' : 'Success', ...(failed && { reason: state.mood === 'gone' ? 'NotFound' : 'Forbidden' }) };
  const reply = { type: 'status', status };
  context.reply(context.caller as never, reply);
};

const stub = defineActor<Mood, Stub, ApiRequest>({
  kind: 'apiserver',
  start: (mood) => ({ mood, asked: [], askedAt: [] }),
  receive: { get: take, list: take, create: take, update: take, patch: take, delete: take, deletecollection: take },
});

const sink = eventSink<{ readonly recorder: EventRecorder }>((state) => state.recorder);
const SOURCE = { component: 'speaker', host: 'node-1', client: { user: { name: 'test', groups: [] }, fieldManager: 'speaker' } };

const speaker = defineActor<undefined, { readonly recorder: EventRecorder }, Say | Held>({
  kind: 'speaker',
  start: () => ({ recorder: eventRecorder(SOURCE) }),
  receive: {
    hold: (state) => void (state.recorder.delivery = 'held'),
    'let-go': (state, _message, context) => sink.letGo(state.recorder, context),
    say: (state, { object, message }, context) => sink.record(state, state.recorder, { about: { kind: 'Pod', namespace: 'default', name: object, uid: object, apiVersion: 'v1' }, type: 'Normal', reason: 'Said', message }, context),
  },
  flows: [...sink.flows],
});

const stage = (mood: Mood, server = true) => {
  const simulation = new Simulation({ seed: 1, definitions: [stub, speaker] });
  if (server) simulation.start([{ name: 'apiserver', kind: 'apiserver', config: mood }]);
  simulation.start([{ name: 'speaker', kind: 'speaker', config: undefined }]);
  const port = simulation.port('test');
  return {
    simulation,
    say: (object: string, message: string) => {
      const said: Say = { type: 'say', object, message };
      port.send({ actor: 'speaker', incarnation: 0 } as Parameters<typeof port.send<Say>>[0], said);
      simulation.advance(milliseconds(50));
    },
    tell: (type: Held['type']) => {
      port.send({ actor: 'speaker', incarnation: 0 } as Parameters<typeof port.send<Held>>[0], { type });
      simulation.advance(milliseconds(50));
    },
    asked: () => simulation.stateOf<Stub>('apiserver').asked,
    askedAt: () => simulation.stateOf<Stub>('apiserver').askedAt,
    recorder: () => simulation.stateOf<{ recorder: EventRecorder }>('speaker').recorder,
  };
};

test('an event is created with its source, its count and its times', () => {
  const { say, asked } = stage('serve');
  say('web', 'hello');
  expect(asked()[0]).toMatchObject({
    type: 'create', resource: 'events', namespace: 'default', fieldManager: 'speaker',
    object: {
      kind: 'Event', involvedObject: { name: 'web' }, reason: 'Said', message: 'hello', type: 'Normal', count: 1, source: { component: 'speaker', host: 'node-1' },
      firstTimestamp: '2026-01-01T00:00:00Z', reportingComponent: 'speaker', reportingInstance: 'node-1',
    },
  });
});

test('the same event again patches the count of the first one', () => {
  const { say, asked } = stage('serve');
  say('web', 'hello');
  say('web', 'hello');
  const [created, patched] = asked();
  const name = created?.type === 'create' ? created.object.metadata.name : undefined;
  expect(patched).toMatchObject({ type: 'patch', patchType: 'strategic', name, patch: { count: 2, message: 'hello' } });
});

test('an event whose first one has expired is created anew', () => {
  const { say, asked } = stage('gone');
  say('web', 'hello');
  say('web', 'hello');
  expect(asked().map(({ type }) => type)).toEqual(['create', 'patch', 'create']);
});

test('an event that is refused is not tried again', () => {
  const { say, asked, simulation, recorder } = stage('refuse');
  say('web', 'hello');
  simulation.advance(seconds(60));
  expect(asked()).toHaveLength(1);
  expect(recorder().pending).toHaveLength(0);
});

test('events wait for an API server that is away', () => {
  const { say, asked, simulation } = stage('serve', false);
  say('web', 'hello');
  say('web', 'bye');
  simulation.start([{ name: 'apiserver', kind: 'apiserver', config: 'serve' }]);
  simulation.advance(seconds(60));
  expect(asked().map((request) => (request.type === 'create' ? request.object['message'] : ''))).toEqual(['hello', 'bye']);
});

test('what was held goes out one by one and in order when it is let go', () => {
  const { say, tell, asked, askedAt } = stage('serve');
  tell('hold');
  say('web', 'one');
  say('web', 'two');
  say('web', 'three');
  expect(asked()).toHaveLength(0);
  tell('let-go');
  expect(asked().map((request) => request.type === 'create' && (request.object as CoreV1Event).message)).toEqual(['one', 'two', 'three']);
  expect(new Set(askedAt()).size).toBe(3);
  // Nothing is held any more.
  say('web', 'four');
  expect(asked()).toHaveLength(4);
});
