import type { Catalog, OpenService } from '@naumachia/core';
import { structures } from './structures.js';

/**
 * How each host finds the code of its actors. Everything is imported when first needed: a host of node components never loads the API
 * tables, of which two thousand copies would not fit.
 */
export const catalog: Catalog = {
  actors: {
    etcd: async () => (await import('./etcd/etcd.js')).etcd,
    apiserver: async () => (await import('./apiserver/apiserver.js')).apiserver,
    scheduler: async () => (await import('./scheduler/scheduler.js')).scheduler,
    'controller-manager': async () => (await import('./controllers/controller-manager.js')).controllerManager,
    kubelet: async () => (await import('./kubelet/kubelet.js')).kubelet,
    'kube-proxy': async () => (await import('./kube-proxy/kube-proxy.js')).kubeProxy,
  },
  services: {
    edge: async () => (await import('./apiserver/edge/edge.js')).openEdge as OpenService,
  },
  structures,
};
