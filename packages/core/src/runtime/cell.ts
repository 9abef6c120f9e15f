import type { ActorSpec, AnyActorDefinition, Signals, ActorContext } from '../actor.js';
import type { Address } from '../address.js';
import type { MailboxPolicy } from '../mailbox.js';
import type { Envelope, Message } from '../message.js';
import type { Instant } from '../time.js';
import type { Bag } from './bag.js';
import type { CellContext } from './context.js';
import type { Feed } from './feeds.js';
import type { RunningFlow } from './flows.js';
import { Ring } from './ring.js';

/** One incarnation of an actor on its host. */
export interface Cell {
  readonly spec: ActorSpec;
  readonly address: Address;
  readonly parent: Cell | undefined;
  readonly behaviour: Behaviour;
  readonly context: CellContext;
  state: unknown;
  status: 'running' | 'ended';
  readonly mailbox: Ring<Envelope>;
  /** How many messages of the mailbox count against its capacity (replies, timers and signals do not). */
  counted: number;
  ready: boolean;
  /** Why it handles nothing for now: a fault pauses or slows it, or a host that it sent to is behind. */
  blockedUntil: Instant | undefined;
  congested: boolean;
  perStep: number;
  children: Set<Cell> | undefined;
  flows: Bag<RunningFlow> | undefined;
  feeds: Map<string, Feed> | undefined;
  /** Names of the actors whose end it wants to hear of. */
  watching: Set<string> | undefined;
  /** Index in the host's table of names, for the shared cell that says what runs. */
  readonly index: number;
}

/** A definition as the host calls it: the types that the author of an actor sees are checked at `defineActor`. */
export interface Behaviour {
  readonly kind: string;
  readonly mailbox: MailboxPolicy;
  readonly start: (config: unknown, context: ActorContext) => unknown;
  readonly receive: { readonly [type: string]: (state: unknown, message: Message, context: ActorContext) => void };
  readonly signals: Signals<unknown>;
  readonly flows: ReadonlySet<unknown>;
}

const behaviours = new WeakMap<AnyActorDefinition, Behaviour>();

export const behaviourOf = (definition: AnyActorDefinition, fallback: MailboxPolicy): Behaviour => {
  let behaviour = behaviours.get(definition);
  if (!behaviour) {
    const { kind, mailbox = fallback, start, receive, signals = {}, flows } = definition as unknown as Partial<Behaviour> & Pick<Behaviour, 'kind' | 'start' | 'receive'>;
    behaviour = { kind, mailbox, start, receive, signals, flows: new Set(flows) };
    behaviours.set(definition, behaviour);
  }
  return behaviour;
};

export const newMailbox = (): Ring<Envelope> => new Ring<Envelope>();
