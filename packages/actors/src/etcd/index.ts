export { scavenge as scavengeEtcd } from './compaction.js';
export { etcd, type EtcdConfig, type EtcdState } from './etcd.js';
export { modRevisionOf as revisionInEtcd } from './mvcc-store.js';
export { range as readEtcd } from './range.js';
export { apply as applyToEtcd, newStateMachine as newEtcdStateMachine, type Command as EtcdCommand, type StateMachine as EtcdStateMachine } from './state-machine.js';
export type { EtcdRequest } from '../api/etcd-requests.js';
