import type { EtcdRefusal, RefusalCode } from '../api/etcd-requests.js';

/** The texts of etcd 3.6 (api/v3rpc/rpctypes/error.go). */
const TEXTS: { readonly [C in RefusalCode]: string } = {
  compacted: 'etcdserver: mvcc: required revision has been compacted',
  'future-revision': 'etcdserver: mvcc: required revision is a future revision',
  'no-space': 'etcdserver: mvcc: database space exceeded',
  'too-many-operations': 'etcdserver: too many operations in txn request',
  'request-too-large': 'etcdserver: request is too large',
  'duplicate-key': 'etcdserver: duplicate key given in txn request',
  'key-not-found': 'etcdserver: key not found',
  'value-provided': 'etcdserver: value is provided',
  'lease-provided': 'etcdserver: lease is provided',
  'lease-not-found': 'etcdserver: requested lease not found',
  'lease-exists': 'etcdserver: lease already exists',
  'lease-ttl-too-large': 'etcdserver: too large lease TTL',
  'empty-key': 'etcdserver: key is not provided',
};

export const refused = (code: Exclude<RefusalCode, 'compacted'>): EtcdRefusal => ({ type: 'refused', code, message: TEXTS[code] });

export const refusedAsCompacted = (compactRevision: number): EtcdRefusal => ({
  type: 'refused',
  code: 'compacted',
  message: TEXTS.compacted,
  revision: compactRevision,
});
