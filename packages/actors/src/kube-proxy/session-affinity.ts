import { type Instant, later, seconds } from '@naumachia/core';
import { endpointText } from './route.js';
import type { EndpointSet, Picks } from './endpoint-set.js';

/** Which endpoint a client had last, by service port and client, and until when it keeps it: as the kernel's sets with timeouts do. */
export type SessionAffinity = Map<string, { readonly endpoint: string; readonly until: Instant }>;

/** The size of a dynamic set of nftables that names none; when it is full, new clients are not remembered. */
const LIMIT = 65_535;

/** The endpoint that a client keeps: its index, or undefined if it has none, or none that can be chosen now. */
export const keptEndpoint = (affinity: SessionAffinity, client: string, set: EndpointSet, picks: Picks, now: Instant): number | undefined => {
  const kept = affinity.get(client);
  if (kept === undefined || kept.until <= now) return undefined;
  for (let i = 0; i < picks.count; i++) {
    const at = picks.at === undefined ? i : (picks.at[i] as number);
    if (endpointText(set, at) === kept.endpoint) return at;
  }
  return undefined;
};

/** Remembers a client's endpoint; each new connection begins its time anew. */
export const keepEndpoint = (affinity: SessionAffinity, client: string, endpoint: string, affinitySeconds: number, now: Instant): void => {
  if (affinity.size >= LIMIT && !affinity.has(client)) {
    for (const [key, { until }] of affinity) if (until <= now) affinity.delete(key);
    if (affinity.size >= LIMIT) return;
  }
  affinity.set(client, { endpoint, until: later(now, seconds(affinitySeconds)) });
};
