export { etcd, type EtcdConfig, type EtcdState } from './etcd.js';
export { range as readEtcd } from './range.js';
export { apply as applyToEtcd, newStateMachine as newEtcdStateMachine, type StateMachine as EtcdStateMachine, type Command as EtcdCommand } from './state-machine.js';
