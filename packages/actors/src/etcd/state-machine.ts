import type {
  AlarmRequest,
  CompactRequest,
  DeleteRangeRequest,
  EtcdRefusal,
  EtcdRequest,
  KeyValue,
  LeaseGrantRequest,
  LeaseRevokeRequest,
  OptimisticDeleteRequest,
  OptimisticPutRequest,
  OptimisticReply,
  Operation,
  PutOperation,
  PutRequest,
  TxnOperation,
  TxnRequest,
} from '../api/etcd-requests.js';
import type { ReplyTo } from '@naumachia/core';
import { find, live, nameOf } from './key-table.js';
import { grantLease, MAX_LEASE_TTL, type Leases } from './leases.js';
import type { LogRecord } from './log-record.js';
import { emptyStore, modRevision, newRevision, type MvccStore } from './mvcc-store.js';
import { checkLeaseSize, checkSize, sizeOfPuts, type Quota } from './quota.js';
import { refused, refusedAsCompacted } from './refusals.js';
import { checkPath, checkPutOnStore, choosePath, execute, executeDeleteRange, executePut, preparePut } from './transaction.js';
import { checkPut, checkTransaction } from './transaction-rules.js';
import { erase, write, type Change } from './writes.js';

/**
 * The state that the members of an etcd cluster agree on. It changes by commands alone, one after the other, and the same commands
 * give the same state, answers and events on every member: no clock, no chance, no disk. (What time does to leases arrives as
 * `lease-revoke` commands of the leader.)
 */
export interface StateMachine {
  readonly store: MvccStore;
  readonly leases: Leases;
  readonly quota: Quota;
}

export const newStateMachine = (quotaBytes: number): StateMachine => ({
  store: emptyStore(),
  leases: new Map(),
  quota: { bytes: quotaBytes, alarms: new Set() },
});

export type Command =
  | PutRequest
  | DeleteRangeRequest
  | TxnRequest
  | OptimisticPutRequest
  | OptimisticDeleteRequest
  | CompactRequest
  | LeaseGrantRequest
  | LeaseRevokeRequest
  | AlarmRequest;

export type EtcdReply = ReplyTo<EtcdRequest>;

/** The outcome of a command: its answer, and what must be on disk before the answer is given. */
export interface Applied {
  readonly reply: EtcdReply;
  readonly record: LogRecord | undefined;
}

export const apply = (machine: StateMachine, command: Command): Applied => {
  switch (command.type) {
    case 'put':
      return applyPut(machine, command);
    case 'optimistic-put':
      return applyOptimisticPut(machine, command);
    case 'optimistic-delete':
      return applyOptimisticDelete(machine, command);
    case 'delete-range':
      return applyDeleteRange(machine, command);
    case 'txn':
      return applyTxn(machine, command);
    case 'compact':
      return applyCompact(machine.store, command);
    case 'lease-grant':
      return applyLeaseGrant(machine, command);
    case 'lease-revoke':
      return applyLeaseRevoke(machine, command);
    case 'alarm':
      return applyAlarm(machine, command);
  }
};

const applyPut = (machine: StateMachine, command: PutOperation): Applied => {
  const refusal = checkPut(command) ?? checkPutOnStore(machine, command);
  if (refusal !== undefined) return refuse(refusal);
  const prepared = preparePut(machine, command, machine.store.revision + 1);
  const tooLarge = checkWrite(machine, prepared.kv);
  return tooLarge ?? finishOne(machine, executePut(machine, command, prepared, undefined), prepared.kv);
};

/** The transaction `if mod(key) = expected then put else range`, without its lists. */
const applyOptimisticPut = (machine: StateMachine, command: OptimisticPutRequest): Applied => {
  const { key, expected, lease = 0 } = command;
  if (key === '') return refuse(refused('empty-key'));
  if (machine.quota.alarms.size > 0) return refuse(refused('no-space'));
  const { store } = machine;
  const id = find(store.table, key);
  // A key that holds nothing has revision 0.
  if (modRevision(store, id) !== expected) return notAsExpected(machine, live(store.table, id));
  if (lease !== 0 && !machine.leases.has(lease)) return refuse(refused('lease-not-found'));
  const revision = store.revision + 1;
  const kv = newRevision(store, id, key, command.header, command.value, lease, revision);
  const tooLarge = checkWrite(machine, kv);
  if (tooLarge !== undefined) return tooLarge;
  write(machine, id, kv);
  return finishOne(machine, { type: 'optimistic', revision, succeeded: true, kv }, kv);
};

/** The transaction `if mod(key) = expected then delete else range`. */
const applyOptimisticDelete = (machine: StateMachine, command: OptimisticDeleteRequest): Applied => {
  if (command.key === '') return refuse(refused('empty-key'));
  const { store } = machine;
  const { revision } = store;
  const id = find(store.table, command.key);
  const held = live(store.table, id);
  if (modRevision(store, id) !== command.expected) return notAsExpected(machine, held);
  if (held === undefined) return { reply: { type: 'optimistic', revision, succeeded: true }, record: undefined };
  const kv = erase(machine, id, held, revision + 1, command.header, command.value);
  return finishOne(machine, { type: 'optimistic', revision: revision + 1, succeeded: true, kv }, kv);
};

const notAsExpected = (machine: StateMachine, held: KeyValue | undefined): Applied => {
  const { revision } = machine.store;
  const reply: OptimisticReply = held === undefined ? { type: 'optimistic', revision, succeeded: false } : { type: 'optimistic', revision, succeeded: false, kv: held };
  return { reply, record: undefined };
};

const applyDeleteRange = (machine: StateMachine, command: DeleteRangeRequest): Applied => {
  if (command.key === '') return refuse(refused('empty-key'));
  const change = begin(machine);
  return finish(machine, executeDeleteRange(machine, command, change), change.revision, change.events);
};

const applyTxn = (machine: StateMachine, command: TxnOperation): Applied => {
  const refusal = checkTransaction(command);
  if (refusal !== undefined) return refuse(refusal);
  const path = choosePath(machine, command);
  const onStore = checkPath(machine, command, path);
  if (onStore !== undefined) return refuse(onStore);
  const change = begin(machine);
  const [only] = path[0] === true ? command.success : command.failure;
  const lean = command.success.length <= 1 && command.failure.length <= 1 && only?.type !== 'txn';
  if (lean && machine.quota.alarms.size === 0) {
    if (only?.type !== 'put') return finish(machine, execute(machine, command, path, change), change.revision, change.events);
    // One put under guards: its size is known from its revision, so that its value is encoded once.
    const prepared = preparePut(machine, only, change.revision);
    const tooLarge = checkWrite(machine, prepared.kv);
    if (tooLarge !== undefined) return tooLarge;
    const response = executePut(machine, only, prepared, undefined);
    return finishOne(machine, { type: 'txn', revision: change.revision, succeeded: path[0] === true, responses: [response] }, prepared.kv);
  }
  if (writes(command.success) || writes(command.failure)) {
    const tooLarge = checkBytes(machine, Math.max(sizeOfPuts(command.success), sizeOfPuts(command.failure)));
    if (tooLarge !== undefined) return tooLarge;
  }
  return finish(machine, execute(machine, command, path, change), change.revision, change.events);
};

/** Whether operations, or those of a transaction among them, put anything. */
const writes = (operations: readonly Operation[]): boolean =>
  operations.some((operation) => operation.type === 'put' || (operation.type === 'txn' && (writes(operation.success) || writes(operation.failure))));

const applyCompact = (store: MvccStore, command: CompactRequest): Applied => {
  const { revision } = command;
  // A store that was never compacted takes 0, which does nothing.
  if (revision === 0 && store.compactRevision === 0) return { reply: { type: 'compacted', revision: store.revision }, record: undefined };
  if (revision <= store.compactRevision) return refuse(refusedAsCompacted(store.compactRevision));
  if (revision > store.revision) return refuse(refused('future-revision'));
  store.compactRevision = revision;
  return { reply: { type: 'compacted', revision: store.revision }, record: { type: 'compact', revision } };
};

/** The id is chosen before: the same on every member. */
const applyLeaseGrant = (machine: StateMachine, command: LeaseGrantRequest): Applied => {
  const noSpace = checkLeaseSize(machine.quota, machine.store.bytes);
  if (noSpace !== undefined) return refuse(noSpace);
  if (command.ttl > MAX_LEASE_TTL) return refuse(refused('lease-ttl-too-large'));
  if (machine.leases.has(command.id)) return refuse(refused('lease-exists'));
  const { id, ttl } = grantLease(machine.leases, command.id, command.ttl);
  return { reply: { type: 'lease', id, ttl }, record: { type: 'grant', id, ttl } };
};

/** Keys under a lease go in one revision, in their order. */
const applyLeaseRevoke = (machine: StateMachine, command: LeaseRevokeRequest): Applied => {
  const lease = machine.leases.get(command.id);
  if (lease === undefined) return refuse(refused('lease-not-found'));
  machine.leases.delete(lease.id);
  const { table } = machine.store;
  const change = begin(machine);
  for (const id of inOrder(machine.store, lease.keys)) {
    const held = live(table, id);
    if (held !== undefined) change.events.push(erase(machine, id, held, change.revision));
  }
  const revision = change.events.length > 0 ? change.revision : machine.store.revision;
  return finish(machine, { type: 'lease', id: lease.id, ttl: 0, revision }, change.revision, change.events, lease.id);
};

const inOrder = ({ table }: MvccStore, keys: ReadonlySet<number>): number[] => [...keys].sort((a, b) => (nameOf(table, a) < nameOf(table, b) ? -1 : 1));

const applyAlarm = (machine: StateMachine, command: AlarmRequest): Applied => {
  const { alarms } = machine.quota;
  const changed = command.action === 'deactivate' && alarms.size > 0;
  if (changed) alarms.clear();
  const raised = [...alarms];
  return { reply: { type: 'alarms', alarms: raised }, record: changed ? { type: 'alarms', alarms: raised } : undefined };
};

const begin = (machine: StateMachine): Change => ({ revision: machine.store.revision + 1, events: [] });

/** Ends a change. One that changed nothing has no revision of its own. */
const finish = (machine: StateMachine, reply: EtcdReply, revision: number, events: readonly KeyValue[], revoked = 0): Applied => {
  if (events.length === 0 && revoked === 0) return { reply, record: undefined };
  if (events.length > 0) machine.store.revision = revision;
  return { reply, record: { type: 'commit', revision: machine.store.revision, events, revoked } };
};

const finishOne = (machine: StateMachine, reply: EtcdReply, event: KeyValue): Applied => {
  machine.store.revision = event.header.revision;
  return { reply, record: event };
};

const refuse = (refusal: EtcdRefusal): Applied => ({ reply: refusal, record: undefined });

const checkWrite = (machine: StateMachine, kv: KeyValue): Applied | undefined => checkBytes(machine, kv.header.key.length + kv.size);

const checkBytes = (machine: StateMachine, bytes: number): Applied | undefined => {
  const raised = machine.quota.alarms.size;
  const refusal = checkSize(machine.quota, machine.store.bytes, bytes);
  if (refusal === undefined) return undefined;
  const { alarms } = machine.quota;
  return { reply: refusal, record: alarms.size === raised ? undefined : { type: 'alarms', alarms: [...alarms] } };
};
