import { codec } from '../../codec.js';
import type { Envelope } from '../../message.js';
import type { PeerItem } from '../peers.js';

/**
 * A frame is one batch of items from one host to another, self-contained: the codec's id, then msgpack. Envelopes are written as
 * flat arrays, for they are the many.
 */
type Packed = readonly unknown[] | Exclude<PeerItem, { readonly item: 'envelope' }>;

/** A frame of more than `largestShared` bytes can be transferred, and leaves nothing behind then. */
export function packFrame(items: readonly PeerItem[]): Uint8Array<SharedArrayBuffer>;
export function packFrame(items: readonly PeerItem[], largestShared: number | undefined): Uint8Array<SharedArrayBuffer | ArrayBuffer>;
export function packFrame(items: readonly PeerItem[], largestShared = Number.POSITIVE_INFINITY): Uint8Array<SharedArrayBuffer | ArrayBuffer> {
  const packed: Packed[] = new Array(items.length);
  let former: Envelope['message'] | undefined;
  for (let i = 0; i < items.length; i++) {
    const item = items[i] as PeerItem;
    if (item.item === 'envelope') {
      const { message } = item.envelope;
      packed[i] = packEnvelope(item.envelope, message === former ? SAME : message);
      former = message;
    } else packed[i] = item;
  }
  const bytes = codec().encode([codec().id, packed]);
  // A copy of its own: the encoder uses its buffer again. Shared memory: V8 collects the young generation for every 32 MB of other memory.
  const frame = new Uint8Array(bytes.length > largestShared ? new ArrayBuffer(bytes.length) : new SharedArrayBuffer(bytes.length));
  frame.set(bytes);
  return frame;
}

export const unpackFrame = (frame: Uint8Array): PeerItem[] => {
  const [id, packed] = codec().decodeFrame(frame) as [string, Packed[]];
  if (id !== codec().id) throw new Error(`frame of codec ${id} reached a host with codec ${codec().id}: all hosts of a run must use the same structures`);
  let former: Envelope['message'] | undefined;
  return packed.map((item) => {
    if (!Array.isArray(item)) return item as PeerItem;
    const last: unknown = item[MESSAGE];
    former = last === SAME && former !== undefined ? former : (last as Envelope['message']);
    return { item: 'envelope', envelope: unpackEnvelope(item, former) };
  });
};

/** In place of a message that is one and the same object as the one before: a controller asks for thirty pods with one. */
const SAME = 0;
const MESSAGE = 10;

const KINDS: readonly Envelope['kind'][] = ['send', 'request', 'reply', 'timer', 'signal'];

const packEnvelope = (envelope: Envelope, message: unknown): readonly unknown[] => [
  envelope.id, envelope.cause, envelope.from.actor, envelope.from.incarnation, envelope.to.actor, envelope.to.incarnation,
  envelope.link === 'stream' ? 0 : 1, KINDS.indexOf(envelope.kind), envelope.slot, envelope.deadline ?? 0, message,
];

const unpackEnvelope = (packed: readonly unknown[], message: Envelope['message']): Envelope => {
  const [id, cause, from, fromIncarnation, to, toIncarnation, link, kind, slot, deadline] = packed as [number, number, string, number, string, number, number, number, number, number];
  return {
    id, cause, from: { actor: from, incarnation: fromIncarnation }, to: { actor: to, incarnation: toIncarnation }, link: link === 0 ? 'stream' : 'datagram', kind: KINDS[kind] as Envelope['kind'], slot,
    deadline: deadline === 0 ? undefined : (deadline as Envelope['deadline']), message,
  };
};
