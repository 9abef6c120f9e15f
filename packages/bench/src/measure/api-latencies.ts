import type { Address, Envelope, Message } from '@naumachia/core';
import type { ApiReply, ApiRequest } from '@naumachia/actors';
import { type Histogram, newHistogram, record } from './histogram.js';
import { type DurationsOverTime, recordAt } from './over-time.js';

/** A request that the API server has not answered yet. */
export interface Arrived {
  readonly at: number;
  readonly shape: Shape;
  readonly from: Address;
  readonly slot: number;
  /** The number of the sender's kind. */
  readonly kind: number;
  /** Another of the same bucket. */
  next: Arrived | undefined;
}

/** Requests of one verb, resource and subresource. */
interface Shape {
  readonly type: string;
  readonly subresource: string | undefined;
  /** `verb resource[/subresource]`. */
  readonly what: string;
  readonly isWrite: boolean;
  /** Made with the first answer. */
  latency: Histogram | undefined;
}

const API_SERIES_MS = 1000;
const RENEWAL = 'update leases.coordination.k8s.io';
const VERBS = new Set<ApiRequest['type']>(['get', 'list', 'create', 'update', 'patch', 'delete', 'deletecollection']);
const WRITES = new Set(['create', 'update', 'patch', 'delete', 'deletecollection']);

/** A binding and a deletion are answered with a Status too, which says that all went well. */
const isRefusal = (answer: Message): boolean => answer.type === 'failure' || (answer.type === 'status' && (answer as Extract<ApiReply, { type: 'status' }>).status.status === 'Failure');

/** How long the API server took to answer, by what it was asked, and what it wrote, by the number of the writer's kind. */
export interface ApiLatencies {
  arrived(envelope: Envelope, kind: number, at: number): void;
  /** The request that is answered; its latency counts once `settle` tells when the step that answers it was over. */
  answered(envelope: Envelope): Arrived | undefined;
  settle(at: number): void;
  /** Whether answers wait for `settle`. */
  readonly unsettled: readonly Arrived[];
  /** By the number of the writer's kind. */
  readonly writes: readonly (number | undefined)[];
  readonly renewals: number;
  readonly since: number | undefined;
  readonly overTime: { readonly reads: DurationsOverTime; readonly writes: DurationsOverTime };
  byShape(): Record<string, Histogram>;
}

export const watchApi = (): ApiLatencies => {
  // By bucket; and by resource, of which there are few: no text is put together for a request.
  const waiting: (Arrived | undefined)[] = [];
  const shapes = new Map<string, Shape[]>();
  const unsettled: Arrived[] = [];
  const writes: (number | undefined)[] = [];
  const overTime = { reads: { everyMs: API_SERIES_MS, intervals: [] }, writes: { everyMs: API_SERIES_MS, intervals: [] } } satisfies Record<string, DurationsOverTime>;
  let since: number | undefined;
  let renewals = 0;

  const shapeOf = (request: ApiRequest): Shape => {
    const { type, resource } = request;
    const subresource = 'subresource' in request ? request.subresource : undefined;
    let known = shapes.get(resource);
    if (known === undefined) shapes.set(resource, (known = []));
    for (const shape of known) if (shape.type === type && shape.subresource === subresource) return shape;
    const shape: Shape = { type, subresource, what: `${type} ${resource}${subresource === undefined ? '' : `/${subresource}`}`, isWrite: WRITES.has(type), latency: undefined };
    known.push(shape);
    return shape;
  };

  const take = (slot: number, to: Address): Arrived | undefined => {
    const bucket = bucketOf(slot, to);
    let former: Arrived | undefined;
    for (let request = waiting[bucket]; request !== undefined; request = request.next) {
      if (!isFor(request, slot, to)) {
        former = request;
        continue;
      }
      if (former === undefined) waiting[bucket] = request.next;
      else former.next = request.next;
      request.next = undefined;
      return request;
    }
    return undefined;
  };

  return {
    unsettled,
    writes,
    overTime,
    get renewals() {
      return renewals;
    },
    get since() {
      return since;
    },
    arrived({ message, slot, from }, kind, at) {
      const request = message as ApiRequest;
      if (!VERBS.has(request.type)) return;
      if (waiting.length === 0) for (let i = 0; i < BUCKETS; i++) waiting.push(undefined);
      const bucket = bucketOf(slot, from);
      waiting[bucket] = { at, shape: shapeOf(request), from, slot, kind, next: waiting[bucket] };
    },
    answered({ slot, to, message }) {
      const request = take(slot, to);
      if (request === undefined) return undefined;
      const { shape, kind } = request;
      if (shape.what === RENEWAL && message.type !== 'status') renewals++;
      if (shape.isWrite && !isRefusal(message)) writes[kind] = (writes[kind] ?? 0) + 1;
      unsettled.push(request);
      return request;
    },
    settle(at) {
      for (const { shape, at: arrived } of unsettled) {
        record((shape.latency ??= newHistogram()), at - arrived);
        recordAt(shape.isWrite ? overTime.writes : overTime.reads, at - (since ??= arrived), at - arrived);
      }
      unsettled.length = 0;
    },
    byShape: () => Object.fromEntries([...shapes.values()].flat().flatMap(({ what, latency }) => (latency === undefined ? [] : [[what, latency]]))),
  };
};

/** A power of two. */
const BUCKETS = 4096;

/**
 * Where a request waits for its answer. Each host numbers its slots, so that hundreds use the same few: the last three digits of a name tell most of
 * the components of nodes apart.
 */
const bucketOf = (slot: number, { actor }: Address): number => {
  const { length } = actor;
  const digits = ((actor.charCodeAt(length - 3) & 15) << 8) | ((actor.charCodeAt(length - 2) & 15) << 4) | (actor.charCodeAt(length - 1) & 15);
  return (slot + Math.imul(digits, 0x9e3779b1)) & (BUCKETS - 1);
};

/** An answer goes to the very address that its request came from, unless a snapshot or a copy lies between. */
const isFor = ({ from, slot: asked }: Arrived, slot: number, to: Address): boolean => slot === asked && (from === to || (from.actor === to.actor && from.incarnation === to.incarnation));
