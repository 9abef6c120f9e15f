import type { Port } from '@naumachia/core';
import type { UserInfo } from '../../api/requests.js';
import type { EdgeLimits } from './limits.js';
import { MASTERS } from './authentication.js';

/**
 * Who may ask the API server now, after priority and fairness of kube-apiserver 1.36: so many requests at once, and those that wait
 * have their turns user by user, so that one who asks for thousands of things holds up nobody else. The priority levels of the
 * real one are two here: masters are exempt from refusals, everybody else is not.
 */
export interface FlowControl {
  readonly limits: EdgeLimits;
  seated: number;
  waiting: number;
  /** Those who wait, by user; the first user is next. */
  readonly flows: Map<string, Waiter[]>;
}

interface Waiter {
  readonly since: number;
  readonly exempt: boolean;
  readonly isGone: () => boolean;
  readonly decide: (seated: boolean) => void;
}

/** There are more requests than can be waited for: 429, as plain text and with Retry-After (server/filters/priority-and-fairness.go). */
export class TooManyRequests extends Error {
  readonly retryAfterSeconds = 1;

  constructor() {
    super('Too many requests, please try again later.');
  }
}

export const newFlowControl = (limits: EdgeLimits): FlowControl => ({ limits, seated: 0, waiting: 0, flows: new Map() });

/** Waits for a seat, which must be given back with `leave`. Rejects with TooManyRequests. `isGone`: nobody waits for the answer any more. */
export const takeSeat = async (control: FlowControl, user: UserInfo, now: number, isGone: () => boolean): Promise<void> => {
  const { limits, flows } = control;
  if (control.seated < limits.seats) {
    control.seated += 1;
    return;
  }
  const exempt = user.groups.includes(MASTERS);
  const flow = flows.get(user.name) ?? [];
  if (control.waiting >= limits.waiting || (!exempt && flow.length >= limits.waitingOfUser)) throw new TooManyRequests();
  control.waiting += 1;
  if (flow.length === 0) flows.set(user.name, flow);
  const seated = await new Promise<boolean>((decide) => flow.push({ since: now, exempt, isGone, decide }));
  if (!seated) throw new TooManyRequests();
};

/** Gives a seat back: to the first who waits of the user whose turn it is. */
export const leave = (control: FlowControl, now: number): void => {
  const { limits, flows } = control;
  for (const [user, flow] of flows) {
    // The users have their turns one after the other.
    flows.delete(user);
    const waiter = flow.shift();
    if (flow.length > 0) flows.set(user, flow);
    if (waiter === undefined) continue;
    control.waiting -= 1;
    const inTime = waiter.exempt || now - waiter.since <= limits.seatTimeout;
    if (inTime && !waiter.isGone()) return waiter.decide(true);
    waiter.decide(false);
  }
  control.seated -= 1;
};

/** A port whose requests to the API server each take a seat. What leads to kubelets and follows feeds may last, and takes none. */
export const seatedPort = (port: Port, control: FlowControl, user: UserInfo, isGone: () => boolean): Port => {
  const request: Port['request'] = async (to, message, timeout, waiting) => {
    if (to.actor !== 'apiserver') return port.request(to, message, timeout, waiting);
    await takeSeat(control, user, performance.now(), isGone);
    try {
      return await port.request(to, message, timeout, waiting);
    } finally {
      leave(control, performance.now());
    }
  };
  return { now: () => port.now(), send: (to, message) => port.send(to, message), request, subscribe: (owner, feed, options, follower) => port.subscribe(owner, feed, options, follower) };
};
