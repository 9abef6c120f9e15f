import type { EtcdRefusal, Operation, PutOperation, TxnOperation } from '../api/etcd-requests.js';
import { refused } from './refusals.js';

/** etcd's --max-txn-ops. */
export const MAX_TXN_OPERATIONS = 128;

/** What can be said against a put without looking at the store (etcd v3rpc checkPutRequest). */
export const checkPut = (operation: PutOperation): EtcdRefusal | undefined => {
  if (operation.key === '') return refused('empty-key');
  if (operation.ignoreValue === true && !(operation.value instanceof Uint8Array && operation.value.length === 0)) return refused('value-provided');
  if (operation.ignoreLease === true && (operation.lease ?? 0) !== 0) return refused('lease-provided');
  return undefined;
};

/** What can be said against a transaction without looking at the store (etcd v3rpc checkTxnRequest and checkIntervals). */
export const checkTransaction = (txn: TxnOperation): EtcdRefusal | undefined => {
  const refusal = checkOperations(txn, MAX_TXN_OPERATIONS);
  if (refusal !== undefined) return refusal;
  return touchesTwice(txn.success) || touchesTwice(txn.failure) ? refused('duplicate-key') : undefined;
};

const checkOperations = (txn: TxnOperation, most: number): EtcdRefusal | undefined => {
  const operations = Math.max(txn.compare.length, txn.success.length, txn.failure.length);
  if (operations > most) return refused('too-many-operations');
  for (const compare of txn.compare) if (compare.key === '') return refused('empty-key');
  for (const branch of [txn.success, txn.failure]) {
    for (const operation of branch) {
      const refusal = checkOperation(operation, most - operations);
      if (refusal !== undefined) return refusal;
    }
  }
  return undefined;
};

const checkOperation = (operation: Operation, most: number): EtcdRefusal | undefined => {
  switch (operation.type) {
    case 'put':
      return checkPut(operation);
    case 'range':
    case 'delete-range':
      return operation.key === '' ? refused('empty-key') : undefined;
    case 'txn':
      return checkOperations(operation, most);
  }
};

const touchesTwice = (operations: readonly Operation[]): boolean =>
  (operations.length > 1 || operations[0]?.type === 'txn') && touched(operations) === undefined;

interface Touched {
  readonly puts: Set<string>;
  readonly deletes: { readonly key: string; readonly end: string | undefined }[];
}

const NOTHING: Touched = { puts: new Set(), deletes: [] };

/** The keys that a branch puts and deletes; undefined if it touches one twice. The branches of an inner transaction exclude each other. */
const touched = (operations: readonly Operation[]): Touched | undefined => {
  if (operations.length === 0) return NOTHING;
  const puts = new Set<string>();
  const deletes: Touched['deletes'] = [];
  for (const operation of operations) if (operation.type === 'delete-range') deletes.push({ key: operation.key, end: operation.rangeEnd });
  const innerDeletes: Touched['deletes'] = [];
  for (const operation of operations) {
    if (operation.type !== 'txn') continue;
    const success = touched(operation.success);
    const failure = touched(operation.failure);
    if (success === undefined || failure === undefined) return undefined;
    for (const key of success.puts) if (puts.has(key) || isDeleted(deletes, key) || isDeleted(innerDeletes, key)) return undefined;
    for (const key of failure.puts) if (puts.has(key) || isDeleted(deletes, key) || isDeleted(innerDeletes, key)) return undefined;
    for (const key of success.puts) puts.add(key);
    for (const key of failure.puts) puts.add(key);
    innerDeletes.push(...success.deletes, ...failure.deletes);
  }
  deletes.push(...innerDeletes);
  for (const operation of operations) {
    if (operation.type !== 'put') continue;
    if (puts.has(operation.key) || isDeleted(deletes, operation.key)) return undefined;
    puts.add(operation.key);
  }
  return { puts, deletes };
};

/** An end of '\0' is taken as it stands here, not for the end of all keys: such a range holds nothing (etcd v3rpc checkIntervals). */
const isDeleted = (deletes: Touched['deletes'], key: string): boolean =>
  deletes.some((range) => (range.end === undefined ? range.key === key : range.key <= key && key < range.end));
