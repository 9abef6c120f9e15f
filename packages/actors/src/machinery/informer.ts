import { type ActorContext, atomically, between, type FeedBatch, type FeedEnd, type Flow, type Instant, milliseconds, request, seconds, sleep } from '@naumachia/core';
import type { GroupResource, ObjectHeader } from '../api/object.js';
import type { ListRequest, Stored } from '../api/requests.js';
import { nextDelay, type ReflectorBackoff, reflectorBackoff } from './reflector-backoff.js';
import { isFirst, nothingUnpacked, PACKED_AFTER, packSome, type Unpacked } from './packed-objects.js';
import { API_SERVER, type ApiClient, keyOf, listRequest, objectKey } from './requests.js';

/** What an informer keeps per object: the stored object itself, or something smaller that was made of it. */
export interface ObjectView {
  readonly header: ObjectHeader;
}

/** One informer: which objects it follows, what it keeps of each, and whom it tells. */
export interface InformerSpec<S, T, V extends ObjectView> {
  readonly resource: GroupResource;
  /** Tells two informers of one resource apart; the resource's name by default. */
  readonly name?: string;
  /** Routing key and field selector in one, e.g. `spec.nodeName=node-1`; all objects by default. */
  readonly selector?: (state: S) => string;
  /** What to keep; the `Stored` itself by default. Keep little: a cluster has many pods. */
  readonly view?: (stored: Stored<T>, former: V | undefined) => V;
  /** Objects that are kept whole, and of which there are many: those that have not changed for a while are packed. */
  readonly packs?: boolean;
  /** Secondary indexes by name: the value, or values, that an object is found under. */
  readonly indexes?: { readonly [index: string]: (view: V) => string | readonly string[] | undefined };
  /** Called for every change after the store holds it. Created: no `former`; deleted: no `current`, `former` is the last state. */
  readonly changed?: (state: S, former: V | undefined, current: V | undefined, context: ActorContext) => void;
}

declare const viewType: unique symbol;

/** An `InformerSpec` whose view is known by a phantom type alone, so that informers of all kinds fit one list. */
export interface InformerDefinition<S, V = unknown> {
  readonly name: string;
  readonly resource: GroupResource;
  readonly selector: ((state: S) => string) | undefined;
  readonly view: ((stored: Stored, former: ObjectView | undefined) => ObjectView) | undefined;
  readonly packs: boolean;
  readonly indexes: readonly (readonly [name: string, valuesOf: (view: ObjectView) => string | readonly string[] | undefined])[];
  readonly changed: ((state: S, former: ObjectView | undefined, current: ObjectView | undefined, context: ActorContext) => void) | undefined;
  readonly [viewType]?: V;
}

export const defineInformer = <S, T, V extends ObjectView = Stored<T>>(spec: InformerSpec<S, T, V>): InformerDefinition<S, V> => ({
  name: spec.name ?? spec.resource,
  resource: spec.resource,
  selector: spec.selector,
  view: spec.view as InformerDefinition<S>['view'],
  packs: spec.packs === true,
  indexes: Object.entries(spec.indexes ?? {}) as unknown as InformerDefinition<S>['indexes'],
  changed: spec.changed as InformerDefinition<S>['changed'],
});

/** The plain state of one informer. */
export interface Informer {
  readonly objects: Map<string, ObjectView>;
  /** Per index, in the definition's order: value -> key -> object. */
  readonly indexes: Map<string, Map<string, ObjectView>>[];
  /** Everything up to here has been seen. */
  revision: number;
  subscription: number | undefined;
  subscribedAt: Instant | undefined;
  /** The first list has been taken in. */
  synced: boolean;
  readonly backoff: ReflectorBackoff;
  /** Keys of objects that are not packed yet, where objects are. */
  readonly unpacked: Unpacked;
}

/** The plain state of an actor's informers, by name. */
export interface Informers {
  readonly byName: Map<string, Informer>;
  readonly bySubscription: Map<number, string>;
}

/** Of every actor that has informers. */
export interface WithInformers {
  readonly informers: Informers;
}

export const noInformers = (): Informers => ({ byName: new Map(), bySubscription: new Map() });

const NOTHING: ReadonlyMap<string, never> = new Map<string, never>();

/** All objects that an informer holds, by `namespace/name`. */
export const objectsOf = <S, V>(informers: Informers, definition: InformerDefinition<S, V>): ReadonlyMap<string, V> =>
  (informers.byName.get(definition.name)?.objects ?? NOTHING) as ReadonlyMap<string, V>;

export const objectAt = <S, V>(informers: Informers, definition: InformerDefinition<S, V>, key: string): V | undefined =>
  informers.byName.get(definition.name)?.objects.get(key) as V | undefined;

/** The objects that an index holds under `value`, by key. */
export const indexed = <S, V>(informers: Informers, definition: InformerDefinition<S, V>, index: string, value: string): ReadonlyMap<string, V> => {
  const at = definition.indexes.findIndex(([name]) => name === index);
  if (at < 0) throw new Error(`informer ${definition.name} has no index ${index}`);
  return (informers.byName.get(definition.name)?.indexes[at]?.get(value) ?? NOTHING) as ReadonlyMap<string, V>;
};

export const allSynced = (informers: Informers): boolean => {
  for (const informer of informers.byName.values()) if (!informer.synced) return false;
  return true;
};

/** What an actor delegates to: `start` from its own start, `feed` and `feedEnded` from its signals, `flows` into its flows. */
export interface InformerGroup<S> {
  /** Call it on the finished first state (`start` of the actor ends with it). */
  start(state: S, context: ActorContext): void;
  /** True if the batch belonged to one of these informers. */
  feed(state: S, batch: FeedBatch, context: ActorContext): boolean;
  feedEnded(state: S, end: FeedEnd, context: ActorContext): boolean;
  readonly flows: readonly ((argument: never) => Flow)[];
}

interface ListArgument {
  readonly informer: string;
  readonly resourceVersion: string;
  /** Milliseconds. */
  readonly wait: number;
}

/** A watch that lasted longer than this is resumed at once when its link is reset; a shorter one after the back-off. */
const HEALTHY = seconds(1);

/**
 * The informers of an actor: each lists, follows the feed from the list's revision, resumes after a reset and lists anew when
 * the log no longer reaches back (client-go's Reflector and SharedInformer in one). `synced` is called once, when all hold their first list,
 * `relisted` whenever a later list has been taken in.
 */
export const informerGroup = <S extends WithInformers>(
  definitions: readonly InformerDefinition<S>[],
  client: (state: S) => ApiClient,
  synced?: (state: S, context: ActorContext) => void,
  relisted?: (state: S, context: ActorContext) => void,
): InformerGroup<S> => {
  const byName = new Map(definitions.map((definition) => [definition.name, definition]));
  if (byName.size !== definitions.length) throw new Error('two informers of one group share a name');
  const definitionOf = (name: string): InformerDefinition<S> => {
    const definition = byName.get(name);
    if (!definition) throw new Error(`no informer ${name}`);
    return definition;
  };

  const subscribe = (state: S, definition: InformerDefinition<S>, informer: Informer, context: ActorContext): void => {
    const key = definition.selector?.(state);
    informer.subscription = context.subscribe(API_SERVER, definition.resource, key === undefined ? { after: informer.revision } : { after: informer.revision, key });
    informer.subscribedAt = context.now;
    state.informers.bySubscription.set(informer.subscription, definition.name);
  };

  const takeList = (state: S, definition: InformerDefinition<S>, items: readonly Stored[], revision: number, context: ActorContext): void => {
    const informer = informerOf(state, definition.name);
    replaceObjects(state, definition, informer, items, context);
    for (const item of items) noteUnpacked(definition, informer, item, context);
    informer.revision = revision;
    subscribe(state, definition, informer, context);
    if (informer.synced) return relisted?.(state, context);
    informer.synced = true;
    if (allSynced(state.informers)) synced?.(state, context);
  };

  // A run tries once, and starts the next: a host keeps the answers of a run as long as it lasts.
  function* listObjects(argument: ListArgument): Flow {
    if (argument.wait > 0) yield* sleep(milliseconds(argument.wait));
    const list = yield* atomically<S, ListRequest>((state) => {
      const definition = definitionOf(argument.informer);
      const fieldSelector = definition.selector?.(state);
      return listRequest(client(state), definition.resource, { resourceVersion: argument.resourceVersion, ...(fieldSelector !== undefined && { fieldSelector }) });
    });
    const answer = yield* request(API_SERVER, list);
    yield* atomically<S, void>((state, context) => {
      if (answer.type === 'list') takeList(state, definitionOf(argument.informer), answer.items, answer.revision, context);
      else context.run(listObjects, Object.assign({}, argument, { wait: nextDelay(informerOf(state, argument.informer).backoff, context.now, context.random) }));
    });
  }

  function* resumeFeed(argument: { readonly informer: string; readonly wait: number }): Flow {
    yield* sleep(milliseconds(argument.wait));
    yield* atomically<S, void>((state, context) => subscribe(state, definitionOf(argument.informer), informerOf(state, argument.informer), context));
  }

  function* packObjects(argument: { readonly informer: string; readonly wait: number }): Flow {
    yield* sleep(milliseconds(argument.wait));
    yield* atomically<S, void>((state, context) => {
      const { objects, unpacked } = informerOf(state, argument.informer);
      const wait = packSome(unpacked, (key) => objects.get(key) as Stored | undefined, definitionOf(argument.informer).resource);
      if (wait !== undefined) context.run(packObjects, Object.assign({}, argument, { wait }));
    });
  }

  const noteUnpacked = (definition: InformerDefinition<S>, informer: Informer, stored: Stored, context: ActorContext): void => {
    if (definition.packs && isFirst(informer.unpacked, keyOf(stored))) context.run(packObjects, { informer: definition.name, wait: PACKED_AFTER });
  };

  return {
    start: (state, context) => {
      for (const definition of definitions) {
        state.informers.byName.set(definition.name, {
          objects: new Map(),
          indexes: definition.indexes.map(() => new Map()),
          revision: 0,
          subscription: undefined,
          subscribedAt: undefined,
          synced: false,
          backoff: reflectorBackoff(),
          unpacked: nothingUnpacked(),
        });
        // "0": any state that the API server's cache has will do, as a reflector's first list asks.
        context.run(listObjects, { informer: definition.name, resourceVersion: '0', wait: 0 });
      }
    },
    feed: (state, batch, context) => {
      const name = state.informers.bySubscription.get(batch.subscription);
      if (name === undefined) return false;
      const definition = definitionOf(name);
      const informer = informerOf(state, name);
      for (const entry of batch.entries) {
        const stored = entry.value as Stored;
        if (stored.header.change === 'deleted') removeObject(state, definition, informer, stored, context);
        else {
          putObject(state, definition, informer, stored, context);
          noteUnpacked(definition, informer, stored, context);
        }
      }
      informer.revision = batch.revision;
      return true;
    },
    feedEnded: (state, end, context) => {
      const name = state.informers.bySubscription.get(end.subscription);
      if (name === undefined) return false;
      state.informers.bySubscription.delete(end.subscription);
      const definition = definitionOf(name);
      const informer = informerOf(state, name);
      informer.subscription = undefined;
      if (end.reason === 'gone') context.run(listObjects, { informer: name, resourceVersion: '', wait: 0 });
      else if (informer.subscribedAt !== undefined && between(informer.subscribedAt, context.now) > HEALTHY) subscribe(state, definition, informer, context);
      else context.run(resumeFeed, { informer: name, wait: nextDelay(informer.backoff, context.now, context.random) });
      return true;
    },
    flows: [listObjects, resumeFeed, packObjects],
  };
};

const informerOf = (state: WithInformers, name: string): Informer => {
  const informer = state.informers.byName.get(name);
  if (!informer) throw new Error(`informer ${name} was not started`);
  return informer;
};

const putObject = <S>(state: S, definition: InformerDefinition<S>, informer: Informer, stored: Stored, context: ActorContext): void => {
  const key = keyOf(stored);
  const former = informer.objects.get(key);
  // A list may already hold what the feed brings; nothing ever goes back to an older revision.
  if (former !== undefined && former.header.revision >= stored.header.revision) return;
  if (former !== undefined && former.header.uid !== stored.header.uid) {
    // Deleted and created again between two lists: client-go replaces, we tell both, as no handler may mistake one for the other.
    removeObject(state, definition, informer, former, context);
    putObject(state, definition, informer, stored, context);
    return;
  }
  const view = definition.view === undefined ? stored : definition.view(stored, former);
  informer.objects.set(key, view);
  for (let i = 0; i < definition.indexes.length; i++) reindex(informer, i, definition.indexes[i] as (typeof definition.indexes)[number], key, former, view);
  definition.changed?.(state, former, view, context);
};

const removeObject = <S>(state: S, definition: InformerDefinition<S>, informer: Informer, last: Stored | ObjectView, context: ActorContext): void => {
  const key = objectKey(last.header.namespace, last.header.name);
  const former = informer.objects.get(key);
  if (former === undefined || former.header.revision > last.header.revision) return;
  informer.objects.delete(key);
  for (let i = 0; i < definition.indexes.length; i++) reindex(informer, i, definition.indexes[i] as (typeof definition.indexes)[number], key, former, undefined);
  if (definition.changed === undefined) return;
  const final = last === former ? former : definition.view === undefined ? last : definition.view(last as Stored, former);
  definition.changed(state, final, undefined, context);
};

const replaceObjects = <S>(state: S, definition: InformerDefinition<S>, informer: Informer, items: readonly Stored[], context: ActorContext): void => {
  if (informer.objects.size > 0) {
    const listed = new Set<string>();
    for (const item of items) listed.add(keyOf(item));
    for (const [key, former] of [...informer.objects]) if (!listed.has(key)) removeObject(state, definition, informer, former, context);
  }
  for (const item of items) putObject(state, definition, informer, item, context);
};

type IndexEntry = readonly [name: string, valuesOf: (view: ObjectView) => string | readonly string[] | undefined];

const reindex = (informer: Informer, at: number, [, valuesOf]: IndexEntry, key: string, former: ObjectView | undefined, current: ObjectView | undefined): void => {
  const index = informer.indexes[at] as Map<string, Map<string, ObjectView>>;
  const before = former === undefined ? undefined : valuesOf(former);
  const after = current === undefined ? undefined : valuesOf(current);
  if (before !== undefined && before !== after) {
    if (typeof before === 'string') unindex(index, before, key);
    else for (const value of before) unindex(index, value, key);
  }
  if (after === undefined || current === undefined) return;
  if (typeof after === 'string') enterIndex(index, after, key, current);
  else for (const value of after) enterIndex(index, value, key, current);
};

const enterIndex = (index: Map<string, Map<string, ObjectView>>, value: string, key: string, view: ObjectView): void => {
  const found = index.get(value);
  if (found) found.set(key, view);
  else index.set(value, new Map([[key, view]]));
};

const unindex = (index: Map<string, Map<string, ObjectView>>, value: string, key: string): void => {
  const found = index.get(value);
  if (found?.delete(key) && found.size === 0) index.delete(value);
};
