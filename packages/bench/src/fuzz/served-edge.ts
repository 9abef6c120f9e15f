import { CATALOG, clusterActors, clusterHeap } from '@naumachia/actors';
import { type Incident, ThreadsRuntime } from '@naumachia/core';

/** The token of the administrator. */
export const EDGE_TOKEN = 'fuzz-admin-token';
const PLACEMENT = { hosts: 1, kinds: {}, otherwise: 0 } as const;

/** An API server without controllers, and where its edge is. */
export const serveEdge = async (seed: number, incident: (incident: Incident) => void): Promise<{ readonly runtime: ThreadsRuntime; readonly url: string }> => {
  const runtime = await ThreadsRuntime.create({ seed, placement: PLACEMENT, catalog: CATALOG, heap: clusterHeap, incident });
  try {
    await runtime.start(clusterActors({ nodes: 0, latency: 'none', controllers: 'none' }));
    const { url } = (await runtime.open('apiserver', 'edge', { token: EDGE_TOKEN })) as { readonly url: string };
    return { runtime, url };
  } catch (error) {
    await runtime.stop('abort');
    throw error;
  }
};
