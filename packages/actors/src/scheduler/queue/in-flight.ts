import type { KubernetesObject } from '../../api/object.js';
import type { ClusterEvent } from '../framework/cluster-event.js';

/**
 * Pods that were popped and not yet decided, and the events that came meanwhile (active_queue.go `inFlightEvents`): a pod that comes
 * back refused is judged by what happened while it was away. One log in order; an event leaves it once no pod before it is left.
 */
export interface InFlight {
  readonly log: InFlightEntry[];
  /** The number of `log[0]`; numbers never fall. */
  first: number;
  /** uid -> number of its entry. */
  readonly pods: Map<string, number>;
}

export type InFlightEntry = { readonly type: 'pod' } | { readonly type: 'done' } | ({ readonly type: 'event' } & Change);

/** What happened: `former` is missing for additions, `current` for deletions. */
export interface Change {
  readonly event: ClusterEvent;
  readonly former: KubernetesObject | undefined;
  readonly current: KubernetesObject | undefined;
}

export const newInFlight = (): InFlight => ({ log: [], first: 0, pods: new Map() });

const POD: InFlightEntry = { type: 'pod' };
const DONE: InFlightEntry = { type: 'done' };

export const enterFlight = (flight: InFlight, uid: string): void => {
  flight.pods.set(uid, flight.first + flight.log.length);
  flight.log.push(POD);
};

export const logEvent = (flight: InFlight, change: Change): void => {
  if (flight.pods.size > 0) flight.log.push({ type: 'event', ...change });
};

/** What happened since the pod was popped. */
export const eventsSince = (flight: InFlight, uid: string): Change[] => {
  const number = flight.pods.get(uid);
  if (number === undefined) return [];
  const changes: Change[] = [];
  for (let at = number - flight.first + 1; at < flight.log.length; at++) {
    const entry = flight.log[at] as InFlightEntry;
    if (entry.type === 'event') changes.push(entry);
  }
  return changes;
};

export const leaveFlight = (flight: InFlight, uid: string): void => {
  const number = flight.pods.get(uid);
  if (number === undefined) return;
  flight.pods.delete(uid);
  flight.log[number - flight.first] = DONE;
  let past = 0;
  while (past < flight.log.length && (flight.log[past] as InFlightEntry).type !== 'pod') past++;
  flight.log.splice(0, past);
  flight.first += past;
};
