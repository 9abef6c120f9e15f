import type { ApiReply, ListRequest } from '@naumachia/actors';
import type { AlwaysProperty } from './property.js';

export const revisionsRise: AlwaysProperty = {
  about: 'resourceVersion never falls for a client, and what a watch tells comes in order and once',
  watch: (_world, violated) => {
    /** By client, its incarnation and what it follows. */
    const seen = new Map<string, number>();
    const lists = new Map<number, { readonly client: string; readonly what: string }>();
    const see = (client: string, what: string, revision: number, how: string): void => {
      const key = `${client} ${what}`;
      const before = seen.get(key) ?? 0;
      if (revision < before) violated(`${client} had seen ${what} at resourceVersion ${before}, and ${how} took it back to ${revision}`);
      seen.set(key, Math.max(before, revision));
    };
    return {
      posted: ({ kind, to, from, slot, message }) => {
        if (kind !== 'request' || message.type !== 'list' || to.actor !== 'apiserver') return;
        const { resource, fieldSelector, labelSelector } = message as ListRequest;
        lists.set(slot, { client: `${from.actor}#${from.incarnation}`, what: [resource, fieldSelector, labelSelector].filter((part) => part !== undefined).join(' ') });
      },
      received: ({ kind, slot, message }) => {
        if (kind !== 'reply') return;
        const list = lists.get(slot);
        if (list === undefined) return;
        lists.delete(slot);
        if (message.type === 'list') see(list.client, list.what, (message as Extract<ApiReply, { type: 'list' }>).revision, 'a list');
      },
      fed: (subscriber, batch) => {
        const client = `${subscriber.actor}#${subscriber.incarnation}`;
        const subscription = `${client} subscription ${batch.subscription}`;
        let last = seen.get(subscription) ?? 0;
        for (const { revision, value } of batch.entries) {
          if (revision < last) violated(`${client} was told of ${(value.header as { readonly name?: string }).name ?? ''} at revision ${revision} of ${batch.feed} after revision ${last}`);
          last = revision;
        }
        seen.set(subscription, last);
        see(client, `the watch of ${batch.feed}`, batch.revision, 'a watch');
      },
    };
  },
};
