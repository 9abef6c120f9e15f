/**
 * What a full mailbox does with one more message. Replies, timers and signals never count: a request reserves the slot of its
 * reply, and timers are never lost.
 * - `reject`: a request is answered `overloaded`, a plain message on a stream link resets the link to its sender
 * - `drop-oldest`, `drop-newest`: for datagrams, where loss is part of the contract
 */
export interface MailboxPolicy {
  readonly capacity: number;
  readonly overflow: 'reject' | 'drop-oldest' | 'drop-newest';
}

export const DEFAULT_MAILBOX: MailboxPolicy = { capacity: 65_536, overflow: 'reject' };
