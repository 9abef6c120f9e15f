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
  /** Another of the same place. */
  readonly next: Arrived | undefined;
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
  // By place, a small number; and by resource, of which there are few: no text is put together for a request.
  const waiting = new Map<number, Arrived>();
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
    const place = placeOf(slot, to);
    const first = waiting.get(place);
    if (first === undefined) return undefined;
    if (first.next === undefined && isSame(first, slot, to)) {
      waiting.delete(place);
      return first;
    }
    let found: Arrived | undefined;
    let others: Arrived | undefined;
    for (let request: Arrived | undefined = first; request !== undefined; request = request.next) {
      if (found === undefined && isSame(request, slot, to)) found = request;
      else others = Object.assign({}, request, { next: others });
    }
    if (others === undefined) waiting.delete(place);
    else waiting.set(place, others);
    return found;
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
      const place = placeOf(slot, from);
      waiting.set(place, { at, shape: shapeOf(request), from, slot, kind, next: waiting.get(place) });
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

/**
 * Where a request waits for its answer. Each host numbers its slots, so that hundreds use the same few: the length and the last three digits of
 * a name nearly always tell the components of nodes apart. Of the slot the last sixteen bits stand in it.
 */
const placeOf = (slot: number, { actor }: Address): number => {
  const { length } = actor;
  return (slot << 16) | ((length & 15) << 12) | ((actor.charCodeAt(length - 3) & 15) << 8) | ((actor.charCodeAt(length - 2) & 15) << 4) | (actor.charCodeAt(length - 1) & 15);
};

/** An answer goes to the very address that its request came from, unless a snapshot or a copy lies between. */
const isSame = ({ from, slot: asked }: Arrived, slot: number, to: Address): boolean => slot === asked && (from === to || (from.actor === to.actor && from.incarnation === to.incarnation));
