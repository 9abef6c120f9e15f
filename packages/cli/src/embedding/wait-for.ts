import type { KubernetesObject, Stored } from '@naumachia/actors';
import type { Port } from '@naumachia/core';
import type { InNamespace } from './client.js';
import type { Passing } from './cluster-clock.js';
import { type ApiError, WaitTimeout } from './errors.js';
import { type Kind, type ObjectOf, resourceOfKind } from './kinds.js';
import { type Later, LiveObjects, type Selection } from './live-objects.js';
import { servedObject } from './served-object.js';
import { millisecondsOf, type TimeSpan } from './time-span.js';
import { stateOfObjects } from './state-of-objects.js';

/** How long is waited at most. */
export interface WaitOptions {
  /** By the cluster's clock. Default 60 s. */
  readonly limit?: TimeSpan;
}

/** What an object is waited to be: the type of a condition that is True (`Ready`, `Available`, `Complete`), a phase (`Running`), or `deleted`. */
export type State = 'Ready' | 'Available' | 'Running' | 'Succeeded' | 'Failed' | 'Complete' | 'PodScheduled' | 'Established' | 'deleted' | (string & {});

/** Waits for the objects of a cluster. */
export interface WaitFor {
  /** Until the object is in a state (`waitFor('Pod', 'web', 'Ready')`), or as the function wants it. */
  <K extends Kind>(kind: K, name: string, until: State | ((object: ObjectOf<K>) => boolean), options?: WaitOptions & InNamespace): Promise<ObjectOf<K>>;
  /** Until there is at least one such object and all are in a state, or until all together are as the function wants them. */
  <K extends Kind>(kind: K, selection: Selection, until: State | ((objects: readonly ObjectOf<K>[]) => boolean), options?: WaitOptions): Promise<ObjectOf<K>[]>;
  /** Until the function is true. It is asked again and again. */
  (holds: () => boolean | Promise<boolean>, options?: WaitOptions): Promise<void>;
}

const DEFAULT_LIMIT = '60s';
/** How often a function is asked that is waited for. */
const LOOK_MS = 10;

/** What objects are looked at: those of a resource, by their names. */
type Test<T> = (objects: readonly Stored[]) => T | undefined;

export const waitFor = (port: Port, later: Later, passing: Passing): WaitFor => {
  const conditionOn = async <T>(kind: Kind, selection: Selection, test: Test<T>, limit: TimeSpan, what: string): Promise<T> => {
    const end = passing.now() + millisecondsOf(limit, 'limit');
    let wake = (): void => {};
    let refusal: ApiError | undefined;
    const live = new LiveObjects(port, later, resourceOfKind(kind).storedResource, selection, {
      changed: () => wake(),
      synced: () => wake(),
      refused: (error) => {
        refusal = error;
        wake();
      },
    });
    try {
      for (;;) {
        const woken = new Promise<void>((resolve) => (wake = resolve));
        if (refusal) throw refusal;
        const objects = [...live.objects.values()];
        const found = live.isSynced ? test(objects) : undefined;
        if (found !== undefined) return found;
        if (passing.isOver) throw new WaitTimeout(`the cluster was stopped while ${what} was waited for`);
        if (passing.now() >= end) throw new WaitTimeout(`${what} did not come within ${millisecondsOf(limit, 'limit') / 1000} s\n${live.isSynced ? await stateOfObjects(port, kind, selection, objects) : (live.problem?.message ?? 'the API server did not answer')}`);
        await passing.moment(end - passing.now(), woken);
      }
    } finally {
      live.stop();
    }
  };

  const oneObject = async (kind: Kind, name: string, until: State | ((object: never) => boolean), { limit = DEFAULT_LIMIT, namespace }: WaitOptions & InNamespace): Promise<unknown> => {
    const { namespaced } = resourceOfKind(kind);
    const selection: Selection = { fieldSelector: `metadata.name=${name}`, ...(namespaced && { namespace: namespace ?? 'default' }) };
    let last: Stored | undefined;
    const test: Test<unknown> = ([stored]) => {
      const former = last;
      last = stored ?? last;
      if (until === 'deleted') return stored === undefined ? (former ? servedObject(former) : NOTHING) : undefined;
      if (stored === undefined) return undefined;
      return (typeof until === 'function' ? until(servedObject(stored) as never) : isIn(stored.value, until)) ? servedObject(stored) : undefined;
    };
    const found = await conditionOn(kind, selection, test, limit, `${kind} ${name}: ${wordsOf(until)}`);
    return found === NOTHING ? undefined : found;
  };

  const manyObjects = (kind: Kind, selection: Selection, until: State | ((objects: never) => boolean), { limit = DEFAULT_LIMIT }: WaitOptions): Promise<unknown> => {
    const test: Test<unknown> = (objects) => {
      const all = (): unknown[] => objects.map((stored) => servedObject(stored));
      if (typeof until === 'function') return until(all() as never) ? all() : undefined;
      if (until === 'deleted') return objects.length === 0 ? [] : undefined;
      return objects.length > 0 && objects.every(({ value }) => isIn(value, until)) ? all() : undefined;
    };
    const selected = Object.values(selection).filter((text) => text !== undefined).join(' ');
    return conditionOn(kind, selection, test, limit, `${kind}${selected === '' ? '' : ` (${selected})`}: ${wordsOf(until)}`);
  };

  const predicate = async (holds: () => boolean | Promise<boolean>, { limit = DEFAULT_LIMIT }: WaitOptions): Promise<void> => {
    const end = passing.now() + millisecondsOf(limit, 'limit');
    while (!(await holds())) {
      if (passing.isOver) throw new WaitTimeout('the cluster was stopped while something was waited for');
      if (passing.now() >= end) throw new WaitTimeout(`${wordsOf(holds)} did not come within ${millisecondsOf(limit, 'limit') / 1000} s`);
      await passing.moment(LOOK_MS);
    }
  };

  return (async (first: Kind | (() => boolean | Promise<boolean>), second?: string | Selection | WaitOptions, until?: State | ((given: never) => boolean), options: WaitOptions & InNamespace = {}) => {
    if (typeof first === 'function') return predicate(first, (second as WaitOptions | undefined) ?? {});
    if (until === undefined) throw new TypeError(`waitFor(${JSON.stringify(first)}, ...): say as the third argument what is waited for: a state such as 'Ready', or a function`);
    return typeof second === 'string' ? oneObject(first, second, until, options) : manyObjects(first, (second as Selection | undefined) ?? {}, until, options);
  }) as WaitFor;
};

/** An object that was waited to be gone, and was never there. */
const NOTHING = Symbol('nothing');

const isIn = (object: KubernetesObject, state: string): boolean => {
  const status = object['status'] as { readonly phase?: string; readonly conditions?: readonly { readonly type: string; readonly status: string }[] } | undefined;
  return status?.phase === state || status?.conditions?.some((condition) => condition.type === state && condition.status === 'True') === true;
};

const LONGEST_WORDS = 120;
const wordsOf = (until: State | ((...given: never[]) => unknown)): string => {
  if (typeof until === 'string') return until;
  const text = until.toString().replaceAll(/\s+/g, ' ');
  return text.length > LONGEST_WORDS ? `${text.slice(0, LONGEST_WORDS)} ...` : text;
};
