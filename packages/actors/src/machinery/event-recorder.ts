import { type ActorContext, atomically, type Flow, type Instant, milliseconds, type Random, requests, seconds, sleep } from '@naumachia/core';
import type { CoreV1Event, ObjectReference } from '../api/generated/types.js';
import type { ApiAnswer, ApiRequest } from '../api/requests.js';
import { correlate, type EventCorrelator, eventCorrelator, forgetEvent } from './event-correlator.js';
import { API_SERVER, type ApiClient, createRequest, isRefused, patchRequest } from './requests.js';
import { formatMicroTime, formatTime } from '../api/time-format.js';

/** Who records: `source.component` and `source.host` of its Events. */
export interface EventSource {
  readonly component: string;
  /** The node, for a kubelet and what runs on a node; empty for the control plane. */
  readonly host: string;
  readonly client: ApiClient;
}

/** One component's Events on their way: plain state of its actor. */
export interface EventRecorder {
  readonly source: EventSource;
  readonly correlator: EventCorrelator;
  readonly pending: PendingEvent[];
  /** How many of `pending` have gone out: they are dropped together, as taking the first of a long array costs its length. */
  sent: number;
  /** `held`: what is recorded waits until it is let go. */
  delivery: 'idle' | 'sending' | 'held';
  /** How many of those that were held are still to go out. */
  singly: number;
  /** Events that found the queue full, or that no try could deliver. */
  lost: number;
  readonly newest: NewestName;
}

/** The time in the newest name of a recorder: a millisecond, and the nanoseconds since it, which may be more than a millisecond. */
interface NewestName {
  millisecond: number;
  nanoseconds: number;
}

interface PendingEvent {
  /** The object's uid, under which the correlator knows it. */
  readonly object: string;
  readonly name: string;
  /** Counts an event that exists; where it no longer does, `event` is created. */
  readonly patch: object | undefined;
  readonly event: CoreV1Event;
  tries: number;
}

export const eventRecorder = (source: EventSource): EventRecorder => ({ source, correlator: eventCorrelator(), pending: [], sent: 0, delivery: 'idle', singly: 0, lost: 0, newest: { millisecond: 0, nanoseconds: 0 } });

/** What stands in an Event as `type`. */
export type EventType = 'Normal' | 'Warning';

/** What a component wants to say of an object. */
export interface EventToRecord {
  readonly about: ObjectReference;
  readonly type: EventType;
  readonly reason: string;
  readonly message: string;
  readonly annotations?: Readonly<Record<string, string>>;
}

/** An event of the newer API, events.k8s.io/v1, as the scheduler writes it: with an action, without a source. */
export interface ActionEvent extends EventToRecord {
  readonly action: string;
  /** `reportingInstance`: the component and the host that it runs on. */
  readonly instance: string;
  readonly related?: ObjectReference;
}

/** In one batch; the real broadcaster sends one by one, which a cluster in one process cannot afford. */
const BATCH = 128;
/** Beyond this, events are lost, as they are when the broadcaster's channel (1,000) is full. */
const MAX_PENDING = 65_536;
/** client-go tools/record/event.go: maxTriesPerEvent and defaultSleepDuration. */
const MAX_TRIES = 12;
const RETRY_AFTER = seconds(10);

/** What an actor with recorders uses: `record...` in its handlers, `flows` in its definition. */
export interface EventSink<S> {
  record(state: S, recorder: EventRecorder, event: EventToRecord, context: ActorContext): void;
  recordAction(state: S, recorder: EventRecorder, event: ActionEvent, context: ActorContext): void;
  /** Sends what was held, if anything was: one by one, as the real broadcaster does. */
  letGo(recorder: EventRecorder, context: ActorContext): void;
  readonly flows: readonly ((argument: never) => Flow)[];
}

/** `recorderOf` finds the recorder of a component in the actor's state. Recording never waits and never fails. */
export const eventSink = <S>(recorderOf: (state: S, component: string) => EventRecorder): EventSink<S> => {
  function* sendEvents(argument: { readonly component: string; readonly wait: number }): Flow {
    if (argument.wait > 0) yield* sleep(milliseconds(argument.wait));
    const { client, batch } = yield* atomically<S, Outgoing>((state) => {
      const recorder = recorderOf(state, argument.component);
      return { client: recorder.source.client, batch: takeBatch(recorder) };
    });
    const answers = yield* requests(batch.map((event) => ({ to: API_SERVER, message: requestOf(client, event) })));
    yield* atomically<S, void>((state, context) => settle(recorderOf(state, argument.component), batch, answers, context));
  }

  const enqueue = (recorder: EventRecorder, pending: PendingEvent, context: ActorContext): void => {
    if (recorder.pending.length - recorder.sent >= MAX_PENDING) {
      recorder.lost++;
      return;
    }
    recorder.pending.push(pending);
    start(recorder, 0, context);
  };

  const start = (recorder: EventRecorder, wait: number, context: ActorContext): void => {
    if (recorder.delivery !== 'idle') return;
    recorder.delivery = 'sending';
    context.run(sendEvents, { component: recorder.source.component, wait });
  };

  const settle = (recorder: EventRecorder, batch: readonly PendingEvent[], answers: readonly ApiAnswer[], context: ActorContext): void => {
    const again: PendingEvent[] = [];
    let wait = 0;
    for (let i = 0; i < batch.length; i++) {
      const event = batch[i] as PendingEvent;
      const answer = answers[i] as ApiAnswer;
      if (answer.type === 'failure') {
        if (event.tries + 1 >= MAX_TRIES) recorder.lost++;
        else again.push(Object.assign({}, event, { tries: event.tries + 1 }));
        // The first wait is drawn, so that components that lost one API server do not come back as one.
        wait = event.tries === 0 ? RETRY_AFTER * context.random.float() : RETRY_AFTER;
      } else if (event.patch !== undefined && isRefused(answer, 'NotFound')) {
        forgetEvent(recorder.correlator, event.object, event.name);
        again.push(Object.assign({}, event, { patch: undefined }));
      }
      // Any other refusal is final: "Server rejected event (will not retry!)".
    }
    if (again.length > 0) recorder.pending.splice(recorder.sent, 0, ...again);
    recorder.delivery = 'idle';
    if (recorder.pending.length > recorder.sent) start(recorder, wait, context);
  };

  return {
    record: (_state, recorder, event, context) => {
      const { source } = recorder;
      const namespace = event.about.namespace ?? 'default';
      const object = event.about.uid ?? event.about.name ?? '';
      const fresh = eventName(event.about.name ?? '', context.now, context.random, recorder.newest);
      const correlated = correlate(recorder.correlator, object, { type: event.type, reason: event.reason, message: event.message, fieldPath: event.about.fieldPath }, fresh, context.now, context.random);
      if (correlated.outcome === 'drop') return;
      const now = formatTime(context.now);
      const counted = correlated.outcome === 'count';
      const name = counted ? correlated.name : fresh;
      const full: CoreV1Event = {
        apiVersion: 'v1',
        kind: 'Event',
        metadata: event.annotations === undefined ? { name, namespace } : { name, namespace, annotations: event.annotations },
        involvedObject: event.about,
        reason: event.reason,
        message: correlated.message,
        source: source.host === '' ? { component: source.component } : { component: source.component, host: source.host },
        firstTimestamp: counted ? formatTime(correlated.first) : now,
        lastTimestamp: now,
        count: counted ? correlated.count : 1,
        type: event.type,
        reportingComponent: source.component,
        reportingInstance: source.host,
      };
      const patch = counted ? { count: correlated.count, lastTimestamp: now, message: correlated.message } : undefined;
      enqueue(recorder, { object, name, patch, event: full, tries: 0 }, context);
    },

    recordAction: (_state, recorder, event, context) => {
      const { source } = recorder;
      const namespace = event.about.namespace ?? 'default';
      // tools/events/event_broadcaster.go: isomorphic events differ in nothing but their note; the object's revision counts.
      const object = `${event.about.uid ?? event.about.name ?? ''}@${event.about.resourceVersion ?? ''}`;
      const fresh = eventName(event.about.name ?? '', context.now, context.random, recorder.newest);
      const correlated = correlate(recorder.correlator, object, { type: event.type, reason: event.reason, message: event.action, fieldPath: undefined }, fresh, context.now, context.random);
      if (correlated.outcome === 'drop') return;
      // A series is written when it begins; its later members are only counted.
      if (correlated.outcome === 'count' && correlated.count > 2) return;
      const now = formatMicroTime(context.now);
      const counted = correlated.outcome === 'count';
      const name = counted ? correlated.name : fresh;
      const series = { count: 2, lastObservedTime: now };
      const full: CoreV1Event = {
        apiVersion: 'v1',
        kind: 'Event',
        metadata: { name, namespace },
        involvedObject: event.about,
        reason: event.reason,
        message: event.message,
        source: {},
        type: event.type,
        eventTime: now,
        ...(counted && { series }),
        action: event.action,
        ...(event.related !== undefined && { related: event.related }),
        reportingComponent: source.component,
        reportingInstance: event.instance,
      };
      enqueue(recorder, { object, name, patch: counted ? { series } : undefined, event: full, tries: 0 }, context);
    },

    letGo: (recorder, context) => {
      if (recorder.delivery !== 'held') return;
      recorder.delivery = 'idle';
      recorder.singly = recorder.pending.length - recorder.sent;
      if (recorder.singly > 0) start(recorder, 0, context);
    },

    flows: [sendEvents],
  };
};

interface Outgoing {
  readonly client: ApiClient;
  readonly batch: readonly PendingEvent[];
}

const requestOf = (client: ApiClient, { event, name, patch }: PendingEvent): ApiRequest => {
  const namespace = event.metadata.namespace ?? 'default';
  const request = patch === undefined ? createRequest(client, 'events', namespace, event) : patchRequest(client, 'events', namespace, name, 'strategic', patch);
  return Object.assign({}, request, { brief: true });
};

/**
 * `<object>.<nanoseconds since the epoch in hex>`. What is below a millisecond is drawn: the clock stands still while a handler runs, and
 * the events that it records must not share a name. The names of one recorder rise, as a real clock does: who lists events by name, as
 * kubectl describe does within a second, sees them in their order.
 */
export const eventName = (object: string, now: Instant, random: Random, newest: NewestName): string => {
  const millisecond = Math.floor(now);
  const past = (millisecond - newest.millisecond) * 1_000_000;
  newest.nanoseconds = past > newest.nanoseconds ? random.below(500_000) : newest.nanoseconds - past + 1 + random.below(1_000);
  newest.millisecond = millisecond;
  // 61 bits, in two limbs that a number holds exactly: BigInt costs ten times as much.
  const below = (millisecond % LIMB) * 1_000_000 + newest.nanoseconds;
  const above = Math.floor(millisecond / LIMB) * 1_000_000 + Math.floor(below / LIMB);
  return `${object}.${above.toString(16)}${(below % LIMB).toString(16).padStart(6, '0')}`;
};

const LIMB = 0x100_0000;

/** As many pending events as go out at once; a count waits for the batch after the one that holds its event. */
const takeBatch = (recorder: EventRecorder): readonly PendingEvent[] => {
  const { pending, sent } = recorder;
  const most = sent + (recorder.singly > 0 ? 1 : BATCH);
  if (recorder.singly > 0) recorder.singly--;
  let end = sent;
  for (; end < pending.length && end < most; end++) {
    const next = pending[end] as PendingEvent;
    if (next.patch !== undefined && holds(pending, sent, end, next.name)) break;
  }
  const batch = pending.slice(sent, end);
  if (end === pending.length || end > 4096) {
    pending.splice(0, end);
    recorder.sent = 0;
  } else recorder.sent = end;
  return batch;
};

const holds = (pending: readonly PendingEvent[], from: number, to: number, name: string): boolean => {
  for (let i = from; i < to; i++) if ((pending[i] as PendingEvent).name === name) return true;
  return false;
};
