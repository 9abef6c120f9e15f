import { destinationAt, type KubeProxyState, type ServicePortSpec, servicesOf } from '@naumachia/actors/kube-proxy';

/** What is read from the states of actors, where they count for themselves. */
export interface StatesSeen {
  readonly scheduler: { readonly attempts: number; readonly bound: number; readonly unschedulable: number; readonly errors: number } | undefined;
  readonly proxies: { readonly count: number; readonly services: number };
  /** Mean nanoseconds of a look-up in the table of one proxy of this host, over all its cluster IPs; absent without services. */
  readonly lookupNanoseconds: number | undefined;
}

interface SchedulerCounts {
  readonly counts: NonNullable<StatesSeen['scheduler']>;
}

const LOOKUPS = 20_000;

export const statesSeen = (states: (kind: string) => Iterable<unknown>): StatesSeen => {
  let scheduler: StatesSeen['scheduler'];
  for (const state of states('scheduler')) scheduler = { ...(state as SchedulerCounts).counts };
  let count = 0;
  let last: KubeProxyState | undefined;
  for (const state of states('kube-proxy')) {
    last = state as KubeProxyState;
    count++;
  }
  const destinations = last ? clusterDestinations(last) : [];
  return { scheduler, proxies: { count, services: destinations.length }, lookupNanoseconds: last && destinations.length > 0 ? timeLookups(last, destinations) : undefined };
};

const clusterDestinations = (proxy: KubeProxyState): ServicePortSpec[] =>
  [...servicesOf(proxy.programmed)].flatMap((entry) => entry.ports.map((port) => port.spec));

const timeLookups = (proxy: KubeProxyState, targets: readonly ServicePortSpec[]): number => {
  let found = 0;
  const began = performance.now();
  for (let i = 0; i < LOOKUPS; i++) {
    const { clusterIp, port, protocol } = targets[(i * 7919) % targets.length] as ServicePortSpec;
    if (destinationAt(proxy.programmed, clusterIp, port, protocol)) found++;
  }
  const nanoseconds = ((performance.now() - began) * 1e6) / LOOKUPS;
  if (found < LOOKUPS) throw new Error(`${LOOKUPS - found} of ${LOOKUPS} look-ups of cluster IPs found nothing in the table they were taken from`);
  return nanoseconds;
};
