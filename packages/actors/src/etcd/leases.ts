/** A lease as every member knows it. When it ends is known to the leader alone (`lease-expiry.ts`). */
export interface Lease {
  readonly id: number;
  /** Seconds, as granted. */
  readonly ttl: number;
  /** By the numbers that they have in the store. */
  readonly keys: Set<number>;
}

export type Leases = Map<number, Lease>;

/** Seconds: ceil(3/2 of the election timeout of 1 s), etcd server/lease MinLeaseTTL. */
export const MIN_LEASE_TTL = 2;
/** Seconds, etcd server/lease MaxLeaseTTL. */
export const MAX_LEASE_TTL = 9_000_000_000;

export const grantLease = (leases: Leases, id: number, ttl: number): Lease => {
  const lease: Lease = { id, ttl: Math.max(ttl, MIN_LEASE_TTL), keys: new Set() };
  leases.set(id, lease);
  return lease;
};

/** Puts a key under the lease `to` (0: none), away from the lease that it was under. */
export const moveKey = (leases: Leases, key: number, from: number, to: number): void => {
  if (from === to) return;
  if (from !== 0) leases.get(from)?.keys.delete(key);
  if (to !== 0) leases.get(to)?.keys.add(key);
};
