/** etcd and its clients meet in `api/`: the protocol stands in `api/etcd-requests.ts`. */
export * from '../api/etcd-requests.js';
