import { type ActorContext, atomically, type Duration, type Flow, type Instant, later, type Message, requests } from '@naumachia/core';
import type { ApiAnswer, ApiRequest } from '../api/requests.js';
import type { EventToRecord } from './event-recorder.js';
import { creationObserved, deletionObserved, expectCreations, expectDeletions, type Expectations } from './expectations.js';
import { API_SERVER, hasFailed } from './requests.js';
import { addKey, doneWith, failureDelay, forgetKey, keyIsDue, noteArrivals, takeKey, waitUntil, type WorkQueue, workQueue } from './work-queue.js';

/**
 * What one look at a key wants done. The writes go out at once; when all are answered, `proceed` says what comes next if `next` is
 * given. Without `next`, a write that failed makes the key wait and be looked at again.
 */
export interface Work {
  readonly writes: readonly ApiRequest[];
  /** Where the controller stands: plain data for `proceed`. */
  readonly next?: unknown;
  /** What the writes are expected to show in the cache; a failed write takes its part back. For deletions: a key per write. */
  readonly expect?: { readonly owner: string } & ({ readonly creations: true } | { readonly deletions: readonly string[] });
  readonly events?: readonly EventToRecord[];
  /** Look at the key again after this, whatever happens. */
  readonly requeueAfter?: Duration;
  /** The key failed: look at it again after its back-off. */
  readonly failed?: boolean;
}

/** A controller: pure functions from what the actor's caches hold to writes. */
export interface Controller<S> {
  readonly name: string;
  /** Keys worked on at once (`--concurrent-deployment-syncs` and the like). */
  readonly workers: number;
  /** Runs of one key never overlap. Undefined: nothing to do. */
  reconcile(state: S, key: string, now: Instant): Work | undefined;
  /** After the writes of a Work with `next`. */
  proceed?(state: S, key: string, next: unknown, answers: readonly ApiAnswer[], now: Instant): Work | undefined;
}

/** Plain state of one controller's runs. */
export interface ControllerState {
  readonly queue: WorkQueue;
  readonly expectations: Expectations;
}

export type Reconcilers = Map<string, ControllerState>;

/** Of every actor that runs controllers. */
export interface WithReconcilers {
  readonly reconcilers: Reconcilers;
}

/** The reminder that a delayed key is due; spread `receive` of the group into the actor's. */
export interface KeyDue extends Message {
  readonly type: 'key-due';
  readonly controller: string;
  readonly key: string;
  readonly due: Instant;
}

/** Keys were left over when a turn had worked on enough of them. */
export interface KeysLeft extends Message {
  readonly type: 'keys-left';
}

const KEYS_LEFT: KeysLeft = { type: 'keys-left' };

export type ReconcilerMessage = KeyDue | KeysLeft;

export interface ReconcilerGroup<S> {
  /** The state of these controllers, all by default; those without state do not run. */
  initial(names?: readonly string[]): Reconcilers;
  /** Works on what is queued; call it when a handler has queued all that it has to. */
  drain(state: S, context: ActorContext): void;
  readonly receive: {
    readonly 'key-due': (state: S, message: KeyDue, context: ActorContext) => void;
    readonly 'keys-left': (state: S, message: KeysLeft, context: ActorContext) => void;
  };
  readonly flows: readonly ((argument: never) => Flow)[];
}

export interface ReconcilerOptions<S> {
  /** Nothing is worked on before this holds: the caches must be complete. */
  readonly ready: (state: S) => boolean;
  /** How many keys of a controller are worked on at once, where that is not the controller's own number. */
  readonly workers?: (state: S, controller: Controller<S>) => number;
  readonly record: (state: S, controller: string, event: EventToRecord, context: ActorContext) => void;
}

/** Keys that one step works on at most; the rest waits for the actor's next step. */
const KEYS_PER_STEP = 256;

interface Run {
  readonly controller: string;
  readonly key: string;
  readonly work: Work;
}

/** Queues a key of a controller; it is looked at when the group is drained next. */
export const enqueue = (state: WithReconcilers, controller: string, key: string): void => addKey(controllerState(state, controller).queue, key);

/** As `enqueue`, once `delay` has passed. */
export const enqueueAfter = (state: WithReconcilers, controller: string, key: string, delay: Duration, context: ActorContext): void => {
  const { queue } = controllerState(state, controller);
  if (delay <= 0) {
    addKey(queue, key);
    return;
  }
  const due = later(context.now, delay);
  const reminder: KeyDue = { type: 'key-due', controller, key, due };
  if (waitUntil(queue, key, due)) context.after(delay, reminder);
};

export const controllerState = (state: WithReconcilers, controller: string): ControllerState => {
  const found = state.reconcilers.get(controller);
  if (!found) throw new Error(`no controller ${controller}`);
  return found;
};

/** Runs controllers: one queue, one rate limiter and one set of expectations each, and one flow that carries their writes out. */
export const reconcilerGroup = <S extends WithReconcilers>(controllers: readonly Controller<S>[], options: ReconcilerOptions<S>): ReconcilerGroup<S> => {
  const byName = new Map(controllers.map((controller) => [controller.name, controller]));

  function* carryOut(argument: Run): Flow {
    let work: Work | undefined = argument.work;
    while (work !== undefined) {
      const answers: readonly ApiAnswer[] = yield* requests(work.writes.map((message) => ({ to: API_SERVER, message })));
      const answered: Work = work;
      work = yield* atomically<S, Work | undefined>((state, context) => advance(state, argument.controller, argument.key, answered, answers, context));
    }
  }

  /** Takes in the answers; gives the work that comes next if that has writes, else ends the run of the key. */
  const advance = (state: S, name: string, key: string, work: Work, answers: readonly ApiAnswer[], context: ActorContext): Work | undefined => {
    const controller = byName.get(name) as Controller<S>;
    takeBack(controllerState(state, name).expectations, work, answers);
    const proceeds = work.next !== undefined && controller.proceed !== undefined;
    const then = proceeds ? controller.proceed?.(state, key, work.next, answers, context.now) : undefined;
    const failed = proceeds ? then?.failed === true : work.failed === true || answers.some(hasFailed);
    if (then !== undefined && then.writes.length > 0) {
      begin(state, name, then, context);
      return then;
    }
    if (then !== undefined) begin(state, name, then, context);
    finish(state, name, key, failed, then?.requeueAfter ?? work.requeueAfter, context);
    drain(state, context);
    return undefined;
  };

  const begin = (state: S, name: string, work: Work, context: ActorContext): void => {
    if (work.events !== undefined) for (const event of work.events) options.record(state, name, event, context);
    const { expect } = work;
    if (expect === undefined) return;
    const { expectations } = controllerState(state, name);
    if ('creations' in expect) expectCreations(expectations, expect.owner, work.writes.length, context.now);
    else expectDeletions(expectations, expect.owner, expect.deletions, context.now);
  };

  const finish = (state: S, name: string, key: string, failed: boolean, requeueAfter: Duration | undefined, context: ActorContext): void => {
    const { queue } = controllerState(state, name);
    doneWith(queue, key, context.now);
    if (failed) enqueueAfter(state, name, key, failureDelay(queue, key, context.now), context);
    else forgetKey(queue, key);
    if (requeueAfter !== undefined) enqueueAfter(state, name, key, requeueAfter, context);
  };

  /** The queues in the order of the controllers, found once: they are looked through at every answer. */
  const known = new WeakMap<Reconcilers, readonly { readonly controller: Controller<S>; readonly queue: WorkQueue }[]>();
  const queuesOf = (reconcilers: Reconcilers) => {
    let queues = known.get(reconcilers);
    if (queues === undefined) {
      queues = controllers.flatMap((controller) => {
        const queue = reconcilers.get(controller.name)?.queue;
        return queue === undefined ? [] : [{ controller, queue }];
      });
      known.set(reconcilers, queues);
    }
    return queues;
  };

  const drain = (state: S, context: ActorContext): void => {
    if (!options.ready(state)) return;
    let worked = 0;
    let left = false;
    for (const { controller, queue } of queuesOf(state.reconcilers)) {
      if (queue.ready.size === 0) continue;
      noteArrivals(queue, context.now);
      const workers = options.workers?.(state, controller) ?? controller.workers;
      while (queue.ready.size > 0 && queue.processing.size < workers) {
        if (++worked > KEYS_PER_STEP) {
          left = true;
          break;
        }
        workOn(state, controller, queue, context);
      }
    }
    if (left) context.after(0 as Duration, KEYS_LEFT);
  };

  const workOn = (state: S, controller: Controller<S>, queue: WorkQueue, context: ActorContext): void => {
    const key = takeKey(queue, context.now) as string;
    const work = controller.reconcile(state, key, context.now);
    if (work === undefined) {
      doneWith(queue, key, context.now);
      forgetKey(queue, key);
      return;
    }
    begin(state, controller.name, work, context);
    if (work.writes.length > 0) context.run(carryOut, { controller: controller.name, key, work });
    else finish(state, controller.name, key, work.failed === true, work.requeueAfter, context);
  };

  return {
    initial: (names = controllers.map(({ name }) => name)) => new Map(names.map((name) => [name, { queue: workQueue(), expectations: new Map() }])),
    drain,
    receive: {
      'key-due': (state, message, context) => {
        keyIsDue(controllerState(state, message.controller).queue, message.key, message.due);
        drain(state, context);
      },
      'keys-left': (state, _message, context) => drain(state, context),
    },
    flows: [carryOut],
  };
};

/** A write that failed shows nothing in the cache: its expectation is lowered at once. */
const takeBack = (expectations: Expectations, work: Work, answers: readonly ApiAnswer[]): void => {
  const { expect } = work;
  if (expect === undefined) return;
  for (let i = 0; i < answers.length; i++) {
    if (!hasFailed(answers[i] as ApiAnswer)) continue;
    if ('creations' in expect) creationObserved(expectations, expect.owner);
    else deletionObserved(expectations, expect.owner, expect.deletions[i] as string);
  }
};
