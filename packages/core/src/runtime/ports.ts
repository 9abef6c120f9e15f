import type { Address } from '../address.js';
import { failure, type Message } from '../message.js';
import type { Port } from '../port.js';
import { later } from '../time.js';
import { type Host, REQUEST_TIMEOUT } from './host.js';

/** A port of a host. Its calls come from outside any handler, so their cause is 0. A stopped host answers `unavailable` at once. */
export const openPort = (host: Host, self: Address): Port => {
  const enter = (): void => {
    host.now = host.options.clock.now();
  };
  const leave = (): void => host.options.poke?.();
  return {
    now: () => host.options.clock.now(),
    send: (to, message) => {
      if (host.closed) return;
      enter();
      host.delivery.post(self, to, message, 'stream', 'send', 0, undefined);
      leave();
    },
    request: (to, message, timeout = REQUEST_TIMEOUT) =>
      new Promise((resolve) => {
        if (host.closed) return resolve(failure('unavailable') as never);
        enter();
        const deadline = later(host.now, timeout);
        const slot = host.slots.reserve(self, to, deadline, (reply: Message) => resolve(reply as never));
        host.delivery.post(self, to, message, 'stream', 'request', slot, deadline);
        leave();
      }),
    subscribe: (owner, feed, options, follower) => {
      enter();
      const stop = host.traffic.follow(self, owner, feed, options, follower);
      leave();
      return () => {
        stop();
        leave();
      };
    },
  };
};
