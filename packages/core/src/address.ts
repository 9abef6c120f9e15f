import type { Message } from './message.js';

declare const accepts: unique symbol;

/**
 * Where messages of type `M` can be sent: the name of an actor (`kubelet/node-17`) and the incarnation that is meant.
 * Incarnation 0 means whoever holds the name when the message arrives; any other is fenced: a message for, or from, an
 * incarnation that has been replaced is not delivered. Plain data, so an address can travel in messages. Without `M` it stands
 * for an address of unknown kind, to which nothing can be sent.
 */
export interface Address<M extends Message = never> {
  readonly actor: string;
  readonly incarnation: number;
  readonly [accepts]?: (message: M) => void;
}

/** The address of whoever holds `actor`, as registered by name. */
export const named = <M extends Message>(actor: string): Address<M> => ({ actor, incarnation: 0 });

/** The kind of component that a name belongs to: `kubelet/node-17` is a `kubelet`. */
export const kindOfName = (actor: string): string => {
  const slash = actor.indexOf('/');
  return slash < 0 ? actor : actor.slice(0, slash);
};
