import type { Address } from '../address.js';
import type { Message } from '../message.js';
import type { Port } from '../port.js';
import { later } from '../time.js';
import { type Host, REQUEST_TIMEOUT } from './host.js';

/** A port of a host. Its calls come from outside any handler, so their cause is 0. */
export const openPort = (host: Host, self: Address): Port => ({
  now: () => host.options.clock.now(),
  send: (to, message) => {
    host.now = host.options.clock.now();
    host.post(self, to, message, 'stream', 'send', 0, undefined);
    host.options.poke?.();
  },
  request: (to, message, timeout = REQUEST_TIMEOUT) =>
    new Promise((resolve) => {
      host.now = host.options.clock.now();
      const deadline = later(host.now, timeout);
      const slot = host.slots.reserve(self, to, deadline, (reply: Message) => resolve(reply as never));
      host.post(self, to, message, 'stream', 'request', slot, deadline);
      host.options.poke?.();
    }),
  subscribe: (owner, feed, options, follower) => {
    const stop = host.traffic.follow(self, owner, feed, options, follower);
    host.options.poke?.();
    return stop;
  },
});
