import { type ActorContext, type Address, between, defineActor, type Duration, type Instant, milliseconds } from '@naumachia/core';
import type { Node, Pod } from '../api/generated/types.js';
import { type EventRecorder, eventRecorder, eventSink } from '../machinery/event-recorder.js';
import { type Informers, defineInformer, informerGroup, noInformers, objectAt } from '../machinery/informer.js';
import { candidate, leaderElection } from '../machinery/leader-election.js';
import type { ApiClient } from '../machinery/requests.js';
import { type Binding, type BindingOutcome, bindPods } from './binding.js';
import { newProfile } from './framework/profile.js';
import { eventNote } from './messages.js';
import { DEFAULT_PLUGINS } from './plugins/index.js';
import { type StatusPatch, patchStatuses, podScheduledFalse } from './pod-status.js';
import { ORDERING_WINDOW } from './queue/backoff.js';
import { type QueuedPod, flushBackoff, flushUnschedulable } from './queue/scheduling-queue.js';
import { countAttempt, countBoundPod, newSchedulingDurations, type SchedulingDurations } from './scheduling-durations.js';
import { type Attempt, DEFAULT_SCHEDULER, type Scheduling, attemptNext, bindingFailed, giveBack, newScheduling, nodeChanged, podChanged } from './scheduling.js';

export interface SchedulerConfig {
  /** The machine that it says it runs on, in `reportingInstance` of its Events. */
  readonly hostname?: string;
  /** Whether it keeps the lease `kube-system/kube-scheduler` (`--leader-elect`, true). */
  readonly leaderElect?: boolean;
}

export type SchedulerMessage =
  /** To itself: try a few pods. */
  | { readonly type: 'schedule' }
  | { readonly type: 'flush-backoff' }
  | { readonly type: 'flush-unschedulable' };

export interface SchedulerState {
  readonly informers: Informers;
  readonly recorder: EventRecorder;
  readonly instance: string;
  readonly scheduling: Scheduling;
  /** Pods whose binding is under way, by uid. */
  readonly binding: Map<string, { readonly queued: QueuedPod; readonly node: string; readonly since: Instant }>;
  synced: boolean;
  /** A `schedule` to itself is on its way. */
  awake: boolean;
  backoffTimer: boolean;
  unschedulableTimer: boolean;
  readonly counts: { attempts: number; bound: number; unschedulable: number; errors: number };
  readonly durations: SchedulingDurations;
}

/** What one step may do, in placed pods of some 30 us each, so that it stays below a millisecond. */
const WORK_PER_STEP = 16;
/** A pod that finds no node makes its cycle look at all of them. */
const WORK_OF_FAILURE = 8;
/** Bindings that may wait for an answer; beyond, the scheduler waits for the API server rather than let requests time out. */
const MOST_BINDINGS = 512;
/** `flushUnschedulablePodsLeftover` runs every 30 s. */
const UNSCHEDULABLE_PERIOD = milliseconds(30_000);

const CLIENT: ApiClient = { user: { name: 'system:kube-scheduler', groups: ['system:authenticated'] }, fieldManager: 'kube-scheduler' };
const PROFILE = newProfile(DEFAULT_PLUGINS);

const pods = defineInformer<SchedulerState, Pod>({
  resource: 'pods',
  packs: true,
  changed: (state, former, current, context) => {
    podChanged(state.scheduling, PROFILE, former, current, context.now);
    wake(state, context);
  },
});

const nodes = defineInformer<SchedulerState, Node>({
  resource: 'nodes',
  changed: (state, former, current, context) => {
    nodeChanged(state.scheduling, PROFILE, former?.value, current?.value, context.now);
    wake(state, context);
  },
});

const informers = informerGroup<SchedulerState>([nodes, pods], () => CLIENT, (state, context) => {
  state.synced = true;
  wake(state, context);
});

const events = eventSink<SchedulerState>((state) => state.recorder);

const holdLease = leaderElection<SchedulerState>((state, event, context) => events.record(state, state.recorder, event, context));

/** Sees to it that pods which can be tried are tried, and that back-offs end. */
const wake = (state: SchedulerState, context: ActorContext): void => {
  if (!state.synced) return;
  const { active, backoff, errorBackoff, unschedulable } = state.scheduling.queue;
  const self = context.self as Address<SchedulerMessage>;
  if (!state.awake && (active.items.length > 0 || backoff.items.length > 0) && state.binding.size < MOST_BINDINGS) {
    state.awake = true;
    context.send(self, { type: 'schedule' });
  }
  if (!state.backoffTimer && errorBackoff.items.length + backoff.items.length > 0) {
    state.backoffTimer = true;
    context.after(milliseconds(ORDERING_WINDOW - (context.now % ORDERING_WINDOW)), { type: 'flush-backoff' });
  }
  if (!state.unschedulableTimer && unschedulable.size > 0) {
    state.unschedulableTimer = true;
    context.after(UNSCHEDULABLE_PERIOD, { type: 'flush-unschedulable' });
  }
};

const schedule = (state: SchedulerState, context: ActorContext): void => {
  state.awake = false;
  const bindings: Binding[] = [];
  const patches: StatusPatch[] = [];
  for (let work = 0; work < WORK_PER_STEP && state.binding.size < MOST_BINDINGS; ) {
    const attempt = attemptNext(state.scheduling, PROFILE, context.now);
    if (!attempt) break;
    state.counts.attempts++;
    work += attempt.type === 'failed' ? WORK_OF_FAILURE : 1;
    if (attempt.type === 'bind') bindings.push(begin(state, attempt, context.now));
    else if (attempt.type === 'failed') fail(state, attempt.queued, attempt.reason, attempt.message, context.now, patches, context);
    else if (attempt.type === 'deleting') record(state, attempt.queued, 'Warning', 'FailedScheduling', 'Scheduling', `skip schedule deleting pod: ${attempt.queued.pod.key}`, context);
  }
  if (bindings.length > 0) context.run(bindPodsOfScheduler, { client: CLIENT, bindings });
  if (patches.length > 0) context.run(patchStatuses, { client: CLIENT, patches });
  wake(state, context);
};

const begin = (state: SchedulerState, { queued, node }: Extract<Attempt, { readonly type: 'bind' }>, now: Instant): Binding => {
  const { pod, uid } = queued.pod;
  state.binding.set(uid, { queued, node, since: now });
  return { uid, namespace: pod.metadata.namespace ?? '', name: pod.metadata.name ?? '', node };
};

/** schedule_one.go `handleSchedulingFailure`: back into the queue, an Event, and the condition if it says something new. */
const fail = (state: SchedulerState, queued: QueuedPod, reason: 'Unschedulable' | 'SchedulerError', message: string, since: Instant, patches: StatusPatch[], context: ActorContext): void => {
  const { key, pod } = queued.pod;
  if (reason === 'Unschedulable') state.counts.unschedulable++;
  else state.counts.errors++;
  countAttempt(state.durations, reason === 'Unschedulable' ? 'unschedulable' : 'error', between(since, context.now));
  const present = objectAt(state.informers, pods, key)?.value;
  giveBack(state.scheduling, PROFILE, queued, present, context.now);
  record(state, queued, 'Warning', 'FailedScheduling', 'Scheduling', message, context);
  const patch = podScheduledFalse(present ?? pod, reason, message, context.now);
  if (patch) patches.push(patch);
};

const record = (state: SchedulerState, { pod: { pod, key } }: QueuedPod, type: 'Normal' | 'Warning', reason: string, action: string, note: string, context: ActorContext): void => {
  const { namespace, name, uid } = pod.metadata;
  const revision = objectAt(state.informers, pods, key)?.header.revision;
  const about = { kind: 'Pod', namespace: namespace ?? '', name: name ?? '', uid: uid ?? '', apiVersion: 'v1', ...(revision !== undefined && { resourceVersion: String(revision) }) };
  events.recordAction(state, state.recorder, { about, type, reason, action, message: eventNote(note), instance: state.instance }, context);
};

/** The answers to a batch of bindings. */
const settle = (state: SchedulerState, outcomes: readonly BindingOutcome[], context: ActorContext): void => {
  const patches: StatusPatch[] = [];
  for (const { uid, error } of outcomes) {
    const entry = state.binding.get(uid);
    if (!entry) continue;
    state.binding.delete(uid);
    const { queued, node, since } = entry;
    if (error === undefined) {
      state.counts.bound++;
      countAttempt(state.durations, 'scheduled', between(since, context.now));
      countBoundPod(state.durations, queued.attempts, (context.now - (queued.firstAttempt ?? since)) as Duration);
      record(state, queued, 'Normal', 'Scheduled', 'Binding', `Successfully assigned ${queued.pod.key} to ${node}`, context);
      continue;
    }
    bindingFailed(state.scheduling, PROFILE, queued, node, context.now);
    queued.unschedulablePlugins.clear();
    fail(state, queued, 'SchedulerError', `running Bind plugin "DefaultBinder": ${error}`, since, patches, context);
  }
  if (patches.length > 0) context.run(patchStatuses, { client: CLIENT, patches });
  wake(state, context);
};

const bindPodsOfScheduler = bindPods<SchedulerState>(settle);

/** kube-scheduler with its default profile: pods without a node in, bindings, conditions and Events out. */
export const scheduler = defineActor<SchedulerConfig, SchedulerState, SchedulerMessage>({
  kind: 'scheduler',
  start: ({ hostname = 'control-plane', leaderElect = true }, context) => {
    const state: SchedulerState = {
      informers: noInformers(),
      recorder: eventRecorder({ component: DEFAULT_SCHEDULER, host: '', client: CLIENT }),
      instance: `${DEFAULT_SCHEDULER}-${hostname}`,
      scheduling: newScheduling(),
      binding: new Map(),
      synced: false,
      awake: false,
      backoffTimer: false,
      unschedulableTimer: false,
      counts: { attempts: 0, bound: 0, unschedulable: 0, errors: 0 },
      durations: newSchedulingDurations(),
    };
    informers.start(state, context);
    if (leaderElect) context.run(holdLease, candidate('kube-scheduler', CLIENT, context));
    return state;
  },
  receive: {
    schedule: (state, _message, context) => schedule(state, context),
    'flush-backoff': (state, _message, context) => {
      state.backoffTimer = false;
      flushBackoff(state.scheduling.queue, PROFILE, context.now);
      wake(state, context);
    },
    'flush-unschedulable': (state, _message, context) => {
      state.unschedulableTimer = false;
      flushUnschedulable(state.scheduling.queue, PROFILE, context.now);
      wake(state, context);
    },
  },
  signals: {
    feed: (state, batch, context) => void informers.feed(state, batch, context),
    feedEnded: (state, end, context) => void informers.feedEnded(state, end, context),
  },
  flows: [...informers.flows, ...events.flows, bindPodsOfScheduler, patchStatuses, holdLease],
});
