import type { Compare, EtcdRefusal, KeyValue, Operation, OperationReply, PutOperation, TxnOperation, TxnReply } from '../api/etcd-requests.js';
import { field, find, LEASE, live } from './key-table.js';
import { current, modRevisionOf, newRevision } from './mvcc-store.js';
import { compareBytes, liveKeys, range, rawBytes, unreadable } from './range.js';
import { refused } from './refusals.js';
import { erase, write, type Change, type Writable } from './writes.js';

/**
 * A transaction as etcd carries it out (server/etcdserver/txn): all guards, those of inner transactions included, are judged on
 * what the store held before; then the chosen operations are checked against it; then they are carried out, which cannot fail.
 */
export const choosePath = (on: Writable, txn: TxnOperation): boolean[] => {
  const path: boolean[] = [];
  chooseInto(on, txn, path);
  return path;
};

const chooseInto = (on: Writable, txn: TxnOperation, path: boolean[]): void => {
  const succeeded = txn.compare.every((compare) => holds(on, compare));
  path.push(succeeded);
  for (const operation of succeeded ? txn.success : txn.failure) if (operation.type === 'txn') chooseInto(on, operation, path);
};

/** What the store says against the operations on the chosen path. */
export const checkPath = (on: Writable, txn: TxnOperation, path: readonly boolean[]): EtcdRefusal | undefined => check(on, txn, path, { at: 0 });

const check = (on: Writable, txn: TxnOperation, path: readonly boolean[], step: { at: number }): EtcdRefusal | undefined => {
  for (const operation of path[step.at++] === true ? txn.success : txn.failure) {
    const refusal =
      operation.type === 'put'
        ? checkPutOnStore(on, operation)
        : operation.type === 'range'
          ? unreadable(on.store, operation.revision)
          : operation.type === 'txn'
            ? check(on, operation, path, step)
            : undefined;
    if (refusal !== undefined) return refusal;
  }
  return undefined;
};

export const checkPutOnStore = (on: Writable, operation: PutOperation): EtcdRefusal | undefined => {
  if ((operation.ignoreValue === true || operation.ignoreLease === true) && current(on.store, operation.key) === undefined) return refused('key-not-found');
  if (operation.lease !== undefined && operation.lease !== 0 && !on.leases.has(operation.lease)) return refused('lease-not-found');
  return undefined;
};

/** Carries out the operations on the chosen path. */
export const execute = (on: Writable, txn: TxnOperation, path: readonly boolean[], change: Change): TxnReply => {
  const reply = executeFrom(on, txn, path, change, { at: 0 });
  return Object.assign({}, reply, { revision: revisionAfter(on, change) });
};

const executeFrom = (on: Writable, txn: TxnOperation, path: readonly boolean[], change: Change, step: { at: number }): TxnReply => {
  const succeeded = path[step.at++] === true;
  const responses = (succeeded ? txn.success : txn.failure).map((operation) => executeOne(on, operation, path, change, step));
  return { type: 'txn', revision: revisionAfter(on, change), succeeded, responses };
};

const executeOne = (on: Writable, operation: Operation, path: readonly boolean[], change: Change, step: { at: number }): OperationReply => {
  switch (operation.type) {
    case 'put':
      return executePut(on, operation, preparePut(on, operation, change.revision), change.events);
    case 'range':
      return range(on.store, operation, revisionAfter(on, change));
    case 'delete-range':
      return executeDeleteRange(on, operation, change);
    case 'txn':
      return executeFrom(on, operation, path, change, step);
  }
};

/** A put that is ready: the number of its key, if it has one, and what it will hold. */
export interface PreparedPut {
  readonly id: number;
  readonly kv: KeyValue;
}

export const preparePut = ({ store }: Writable, operation: PutOperation, revision: number): PreparedPut => {
  const id = find(store.table, operation.key);
  const held = operation.ignoreLease === true || operation.ignoreValue === true ? live(store.table, id) : undefined;
  const lease = operation.ignoreLease === true && held !== undefined ? field(store.table, id, LEASE) : (operation.lease ?? 0);
  const value = operation.ignoreValue === true && held !== undefined ? (held.value as object) : operation.value;
  return { id, kv: newRevision(store, id, operation.key, operation.header, value, lease, revision) };
};

export const executePut = (on: Writable, operation: PutOperation, { id, kv }: PreparedPut, events: KeyValue[] | undefined): Extract<OperationReply, { type: 'put' }> => {
  const held = operation.prevKv === true ? live(on.store.table, id) : undefined;
  write(on, id, kv);
  events?.push(kv);
  const { revision } = kv.header;
  return held === undefined ? { type: 'put', revision, kv } : { type: 'put', revision, kv, prevKv: held };
};

export const executeDeleteRange = (on: Writable, operation: Extract<Operation, { type: 'delete-range' }>, change: Change): Extract<OperationReply, { type: 'delete-range' }> => {
  const held = liveKeys(on.store, operation.key, operation.rangeEnd);
  const deleted = held.map((kv) => erase(on, find(on.store.table, kv.header.key), kv, change.revision, operation.header, operation.value));
  for (const kv of deleted) change.events.push(kv);
  const revision = revisionAfter(on, change);
  return operation.prevKv === true ? { type: 'delete-range', revision, deleted, prevKvs: held } : { type: 'delete-range', revision, deleted };
};

/** The revision that an answer states in the midst of a change: the store's, or that of the change once it has changed something. */
const revisionAfter = (on: Writable, change: Change): number => (change.events.length > 0 ? change.revision : on.store.revision);

const holds = (on: Writable, compare: Compare): boolean => {
  if (compare.rangeEnd === undefined) {
    if (compare.target === 'mod') return isResult(compare.result, modRevisionOf(on.store, compare.key) - compare.value);
    return holdsFor(compare, current(on.store, compare.key));
  }
  const kvs = liveKeys(on.store, compare.key, compare.rangeEnd);
  return kvs.length === 0 ? holdsFor(compare, undefined) : kvs.every((kv) => holdsFor(compare, kv));
};

const holdsFor = (compare: Compare, kv: KeyValue | undefined): boolean => {
  switch (compare.target) {
    case 'mod':
      return isResult(compare.result, (kv?.header.revision ?? 0) - compare.value);
    case 'create':
      return isResult(compare.result, (kv?.header.createRevision ?? 0) - compare.value);
    case 'version':
      return isResult(compare.result, (kv?.header.version ?? 0) - compare.value);
    case 'lease':
      return isResult(compare.result, (kv?.header.lease ?? 0) - compare.value);
    case 'value':
      return kv !== undefined && isResult(compare.result, compareBytes(rawBytes(kv), compare.value));
  }
};

const isResult = (result: Compare['result'], difference: number): boolean => {
  switch (result) {
    case 'equal':
      return difference === 0;
    case 'not-equal':
      return difference !== 0;
    case 'greater':
      return difference > 0;
    case 'less':
      return difference < 0;
  }
};
