import { type ActorContext, type AnyActorDefinition, defineActor, Encoded, type Instant } from '@naumachia/core';
import { objectFeedKey } from '../../api/feed-keys.js';
import type { KubernetesObject, ObjectHeader } from '../../api/object.js';
import type { ApiReply, ApiRequest, Stored } from '../../api/requests.js';
import { alreadyExists, conflict, notFound } from '../../api/status.js';
import { formatTime } from '../../api/time-format.js';

/** What a write left, in the order of revisions. */
export interface RecordedWrite {
  readonly at: Instant;
  readonly by: string;
  readonly verb: ApiRequest['type'];
  readonly resource: string;
  readonly name: string;
  readonly object: KubernetesObject;
}

export interface FakeApiServer {
  revision: number;
  readonly objects: Map<string, Stored>;
  readonly writes: RecordedWrite[];
  /** What was asked for by name. */
  readonly reads: { readonly resource: string; readonly name: string }[];
}

type Tree = Record<string, unknown>;

/** As much of an API server as a kubelet needs, for tests: no validation, no managedFields, strategic merge of what kubelets patch. */
export const fakeApiServer: AnyActorDefinition = defineActor<{ readonly feeds: readonly string[]; readonly kept: number }, FakeApiServer, ApiRequest>({
  kind: 'apiserver',
  start: (config, context) => {
    for (const feed of config.feeds) context.openFeed(feed, 0, { limit: config.kept });
    return { revision: 0, objects: new Map(), writes: [], reads: [] };
  },
  receive: {
    get: (state, message, context) => {
      state.reads.push({ resource: message.resource, name: message.name });
      reply(context, found(state, message, message.name, (object) => ({ type: 'object', code: 200, object })));
    },
    list: (state, message, context) => {
      const { resource, namespace, fieldSelector } = message;
      const named = fieldSelector?.startsWith('metadata.name=') === true && namespace !== '' ? fieldSelector.slice('metadata.name='.length) : undefined;
      if (named !== undefined) state.reads.push({ resource, name: named });
      const items = [...state.objects.values()].filter(({ header }) =>
        header.resource === resource && (named === undefined ? fieldSelector === undefined || header.keys.includes(fieldSelector) : header.namespace === namespace && header.name === named));
      reply(context, { type: 'list', revision: state.revision, items });
    },
    create: (state, message, context) => {
      const { object } = message;
      const name = object.metadata.name ?? '';
      if (state.objects.has(keyOf(message.resource, message.namespace, name))) return reply(context, { type: 'status', status: alreadyExists(message.resource, name) });
      const uid = object.metadata.uid ?? context.random.uuid();
      const created = { ...object, metadata: { ...object.metadata, uid, creationTimestamp: formatTime(context.now), ...(message.namespace !== '' && { namespace: message.namespace }) } };
      reply(context, { type: 'object', code: 201, object: put(state, message, created, 'created', context) });
    },
    update: (state, message, context) =>
      reply(
        context,
        found(state, message, message.name, (stored) => {
          if (message.resourceVersion !== undefined && message.resourceVersion !== String(stored.header.revision)) return { type: 'status', status: conflict(message.resource, message.name) };
          return { type: 'object', code: 200, object: put(state, message, { ...message.object, metadata: { ...stored.value.metadata, ...message.object.metadata } }, 'updated', context) };
        }),
      ),
    patch: (state, message, context) =>
      reply(
        context,
        found(state, message, message.name, (stored): ApiReply => {
          const { metadata } = message.patch as { readonly metadata?: { readonly uid?: string } };
          if (metadata?.uid !== undefined && metadata.uid !== stored.header.uid) return { type: 'status', status: conflict(message.resource, message.name) };
          const object = put(state, message, merge(stored.value, message.patch) as KubernetesObject, 'updated', context);
          const { name, uid, revision } = object.header;
          return message.brief === true ? { type: 'written', name, uid, revision } : { type: 'object', code: 200, object };
        }),
      ),
    delete: (state, message, context) =>
      reply(
        context,
        found(state, message, message.name, (stored) => {
          const { options } = message;
          if (options?.preconditions?.uid !== undefined && options.preconditions.uid !== stored.header.uid) return { type: 'status', status: conflict(message.resource, message.name) };
          const { metadata } = stored.value;
          const grace = options?.gracePeriodSeconds ?? (stored.value as { spec?: { terminationGracePeriodSeconds?: number } }).spec?.terminationGracePeriodSeconds ?? 30;
          const leaving: KubernetesObject = {
            ...stored.value,
            metadata: { ...metadata, generation: (metadata.generation ?? 1) + 1, deletionTimestamp: formatTime((context.now + grace * 1000) as Instant), deletionGracePeriodSeconds: grace },
          };
          const isGraceful = message.resource === 'pods' && grace > 0 && metadata.deletionTimestamp === undefined;
          return { type: 'object', code: 200, object: put(state, message, isGraceful ? leaving : stored.value, isGraceful ? 'updated' : 'deleted', context) };
        }),
      ),
    deletecollection: () => {},
  },
});

const keyOf = (resource: string, namespace: string, name: string): string => `${resource}/${namespace}/${name}`;

const reply = (context: ActorContext, answer: ApiReply): void => {
  if (context.caller) context.reply(context.caller, answer);
};

const found = (state: FakeApiServer, message: ApiRequest, name: string, then: (stored: Stored) => ApiReply): ApiReply => {
  const stored = state.objects.get(keyOf(message.resource, message.namespace, name));
  return stored ? then(stored) : { type: 'status', status: notFound(message.resource, name) };
};

const put = (state: FakeApiServer, message: ApiRequest, object: KubernetesObject, change: ObjectHeader['change'], context: ActorContext): Stored => {
  const revision = ++state.revision;
  const name = object.metadata.name ?? '';
  const key = keyOf(message.resource, message.namespace, name);
  const node = (object as { spec?: { nodeName?: string } }).spec?.nodeName;
  const header: ObjectHeader = {
    resource: message.resource,
    namespace: message.namespace,
    name,
    uid: object.metadata.uid ?? '',
    change,
    keys: node === undefined ? [objectFeedKey(message.namespace, name)] : [`spec.nodeName=${node}`],
    revision,
    createRevision: state.objects.get(key)?.header.createRevision ?? revision,
  };
  const stored: Stored = Encoded.ofValue(header, object);
  if (change === 'deleted') state.objects.delete(key);
  else state.objects.set(key, stored);
  state.writes.push({ at: context.now, by: message.user.name, verb: message.type, resource: message.resource, name, object });
  if (FOLLOWED.has(message.resource)) context.publish(message.resource, [{ revision, keys: header.keys, value: stored as never }]);
  return stored;
};

const FOLLOWED: ReadonlySet<string> = new Set(['pods', 'configmaps', 'secrets']);

const KEYS: Readonly<Record<string, string>> = { conditions: 'type', hostIPs: 'ip', podIPs: 'ip', addresses: 'type' };

/** Strategic merge: null deletes, maps merge, lists with a merge key merge in the order that `$setElementOrder` names. */
const merge = (before: unknown, patch: unknown): unknown => {
  if (patch === null || typeof patch !== 'object' || Array.isArray(patch)) return patch;
  const result: Tree = { ...(before as Tree | undefined) };
  for (const [field, change] of Object.entries(patch)) {
    if (field.startsWith('$')) continue;
    const key = KEYS[field];
    if (change === null) delete result[field];
    else if (Array.isArray(change) && key !== undefined) {
      let list = [...((result[field] as Tree[] | undefined) ?? [])];
      for (const element of change as Tree[]) {
        const at = list.findIndex((candidate) => candidate[key] === element[key]);
        if (element['$patch'] === 'replace') list = [];
        else if (element['$patch'] === 'delete') list.splice(at, 1);
        else if (at < 0) list.push(merge({}, element) as Tree);
        else list[at] = merge(list[at], element) as Tree;
      }
      const order = (patch as Tree)[`$setElementOrder/${field}`] as Tree[] | undefined;
      if (order) list.sort((a, b) => order.findIndex((o) => o[key] === a[key]) - order.findIndex((o) => o[key] === b[key]));
      result[field] = list;
    } else result[field] = merge(result[field], change);
  }
  return result;
};
