import { Encoded } from '@naumachia/core';
import type { Alarm, EtcdRefusal, Operation } from '../api/etcd-requests.js';
import { refused } from './refusals.js';

/** Bytes: etcd's --max-request-bytes (1.5 MiB). */
export const MAX_REQUEST_BYTES = 1.5 * 1024 * 1024;
/** Bytes: etcd's --quota-backend-bytes (2 GiB). */
export const DEFAULT_QUOTA_BYTES = 2 * 1024 * 1024 * 1024;
/** Bytes that a key or a lease is charged besides its own (etcd server/storage/quota.go). */
const KEY_OVERHEAD = 256;
const LEASE_OVERHEAD = 64;

export interface Quota {
  readonly bytes: number;
  readonly alarms: Set<Alarm>;
}

/** Refuses a write of `bytes` that is too large in itself or for the space that is left; the latter raises the alarm, which then stays. */
export const checkSize = (quota: Quota, used: number, bytes: number): EtcdRefusal | undefined => {
  if (used + bytes + KEY_OVERHEAD >= quota.bytes) quota.alarms.add('NOSPACE');
  if (quota.alarms.has('NOSPACE')) return refused('no-space');
  return bytes > MAX_REQUEST_BYTES ? refused('request-too-large') : undefined;
};

export const checkLeaseSize = (quota: Quota, used: number): EtcdRefusal | undefined => {
  if (used + LEASE_OVERHEAD >= quota.bytes) quota.alarms.add('NOSPACE');
  return quota.alarms.has('NOSPACE') ? refused('no-space') : undefined;
};

/** Bytes that the puts among `operations` bring. */
export const sizeOfPuts = (operations: readonly Operation[]): number => {
  let bytes = 0;
  for (const operation of operations) {
    if (operation.type === 'put') bytes += operation.key.length + sizeOfValue(operation.value);
    else if (operation.type === 'txn') bytes += Math.max(sizeOfPuts(operation.success), sizeOfPuts(operation.failure));
  }
  return bytes;
};

const sizeOfValue = (value: object): number => (value instanceof Uint8Array ? value.length : Encoded.ofValue(undefined, value).size);
