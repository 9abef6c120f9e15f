import { codec } from '../../codec.js';
import type { Envelope } from '../../message.js';
import type { PeerItem } from '../peers.js';

/**
 * A frame is one batch of items from one host to another, self-contained: the codec's id, then msgpack. Envelopes are written as
 * flat arrays, for they are the many.
 */
type Packed = readonly unknown[] | Exclude<PeerItem, { readonly item: 'envelope' }>;

export const packFrame = (items: readonly PeerItem[]): Uint8Array<ArrayBuffer> => {
  const packed: Packed[] = new Array(items.length);
  for (let i = 0; i < items.length; i++) {
    const item = items[i] as PeerItem;
    packed[i] = item.item === 'envelope' ? packEnvelope(item.envelope) : item;
  }
  const bytes = codec().encode([codec().id, packed]);
  // A copy of its own: the encoder's buffer is shared, and a transferred one would take its neighbours along.
  const frame = new Uint8Array(bytes.length);
  frame.set(bytes);
  return frame;
};

export const unpackFrame = (frame: Uint8Array): PeerItem[] => {
  const [id, packed] = codec().decode(frame) as [string, Packed[]];
  if (id !== codec().id) throw new Error(`frame of codec ${id} reached a host with codec ${codec().id}: all hosts of a run must use the same structures`);
  return packed.map((item) => (Array.isArray(item) ? { item: 'envelope', envelope: unpackEnvelope(item) } : (item as PeerItem)));
};

const KINDS: readonly Envelope['kind'][] = ['send', 'request', 'reply', 'timer', 'signal'];

const packEnvelope = (envelope: Envelope): readonly unknown[] => [
  envelope.id, envelope.cause, envelope.from.actor, envelope.from.incarnation, envelope.to.actor, envelope.to.incarnation,
  envelope.link === 'stream' ? 0 : 1, KINDS.indexOf(envelope.kind), envelope.slot, envelope.deadline ?? 0, envelope.message,
];

const unpackEnvelope = (packed: readonly unknown[]): Envelope => {
  const [id, cause, from, fromIncarnation, to, toIncarnation, link, kind, slot, deadline, message] = packed as [number, number, string, number, string, number, number, number, number, number, Envelope['message']];
  return {
    id, cause, from: { actor: from, incarnation: fromIncarnation }, to: { actor: to, incarnation: toIncarnation }, link: link === 0 ? 'stream' : 'datagram', kind: KINDS[kind] as Envelope['kind'], slot,
    deadline: deadline === 0 ? undefined : (deadline as Envelope['deadline']), message,
  };
};
