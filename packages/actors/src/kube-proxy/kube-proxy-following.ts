import { type ActorContext, atomically, between, type FeedBatch, type FeedEnd, type Flow, milliseconds, request, seconds, sleep } from '@naumachia/core';
import type { ListRequest, Stored } from '../api/requests.js';
import { nextDelay } from '../machinery/reflector-backoff.js';
import { API_SERVER, type ApiClient, listRequest } from '../machinery/requests.js';
import type { Following, KubeProxyState, ProxyResource } from './kube-proxy-state.js';

/** What a proxy does with what it is told. */
export interface Follower {
  listed(state: KubeProxyState, resource: ProxyResource, items: readonly Stored[], context: ActorContext): void;
  changed(state: KubeProxyState, resource: ProxyResource, batch: FeedBatch, context: ActorContext): void;
}

const CLIENT: ApiClient = {
  user: { name: 'system:serviceaccount:kube-system:kube-proxy', groups: ['system:serviceaccounts', 'system:serviceaccounts:kube-system', 'system:authenticated'] },
  fieldManager: 'kube-proxy',
};

const RESOURCES: readonly ProxyResource[] = ['services', 'endpointslices.discovery.k8s.io', 'nodes'];

/** A watch that lasted longer than this is resumed at once when its link is reset; a shorter one after the back-off. */
const HEALTHY = seconds(1);

/**
 * Lists and follows services, EndpointSlices and the own node without keeping an object: a reflector that hands on what it hears. The
 * informers of `machinery/` keep a map of all objects each, which a thousand proxies on a host cannot afford.
 */
export const following = (follower: Follower) => {
  function* listResource(argument: { readonly resource: ProxyResource; readonly resourceVersion: string }): Flow {
    const { resource, resourceVersion } = argument;
    for (;;) {
      const list = yield* atomically<KubeProxyState, ListRequest>((state) => {
        const fieldSelector = keyOf(state, resource);
        return listRequest(CLIENT, resource, { resourceVersion, ...(fieldSelector !== undefined && { fieldSelector }) });
      });
      const answer = yield* request(API_SERVER, list);
      if (answer.type === 'list') {
        yield* atomically<KubeProxyState, void>((state, context) => {
          const followed = followingOf(state, resource);
          followed.revision = answer.revision;
          followed.listed = true;
          subscribe(state, resource, context);
          follower.listed(state, resource, answer.items, context);
        });
        return;
      }
      yield* sleep(yield* atomically((state: KubeProxyState, context) => nextDelay(state.backoff, context.now, context.random)));
    }
  }

  function* resumeResource(argument: { readonly resource: ProxyResource }): Flow {
    yield* sleep(yield* atomically((state: KubeProxyState, context) => nextDelay(state.backoff, context.now, context.random)));
    yield* atomically<KubeProxyState, void>((state, context) => subscribe(state, argument.resource, context));
  }

  return {
    flows: [listResource, resumeResource],
    start: (context: ActorContext): void => {
      // "0": any state that the API server's cache has will do, as a reflector's first list asks.
      for (const resource of RESOURCES) context.run(listResource, { resource, resourceVersion: '0' });
    },
    feed: (state: KubeProxyState, batch: FeedBatch, context: ActorContext): void => {
      const resource = resourceOf(state, batch.subscription);
      if (resource === undefined) return;
      followingOf(state, resource).revision = batch.revision;
      if (batch.entries.length > 0) follower.changed(state, resource, batch, context);
    },
    feedEnded: (state: KubeProxyState, end: FeedEnd, context: ActorContext): void => {
      const resource = resourceOf(state, end.subscription);
      if (resource === undefined) return;
      const followed = followingOf(state, resource);
      followed.subscription = undefined;
      if (end.reason === 'gone') context.run(listResource, { resource, resourceVersion: '' });
      else if (followed.subscribedAt !== undefined && between(followed.subscribedAt, context.now) > HEALTHY) subscribe(state, resource, context);
      else context.run(resumeResource, { resource });
    },
  };
};

const followingOf = (state: KubeProxyState, resource: ProxyResource): Following => {
  switch (resource) {
    case 'services':
      return state.services;
    case 'endpointslices.discovery.k8s.io':
      return state.slices;
    case 'nodes':
      return state.node;
  }
};

const resourceOf = (state: KubeProxyState, subscription: number): ProxyResource | undefined => {
  if (subscription === state.slices.subscription) return 'endpointslices.discovery.k8s.io';
  if (subscription === state.services.subscription) return 'services';
  return subscription === state.node.subscription ? 'nodes' : undefined;
};

/** Routing key and field selector in one: of the nodes, a proxy follows its own. */
const keyOf = (state: KubeProxyState, resource: ProxyResource): string | undefined => (resource === 'nodes' ? `metadata.name=${state.config.node}` : undefined);

const subscribe = (state: KubeProxyState, resource: ProxyResource, context: ActorContext): void => {
  const followed = followingOf(state, resource);
  const key = keyOf(state, resource);
  const { batches } = state.config;
  followed.subscription = context.subscribe(API_SERVER, resource, { after: followed.revision, ...(key !== undefined && { key }), ...(batches !== undefined && { apart: milliseconds(batches * (1 + context.random.float() / 4)) }) });
  followed.subscribedAt = context.now;
};
