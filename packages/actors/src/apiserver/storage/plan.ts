import type { Operation, Compare } from '../../api/etcd-requests.js';
import type { KubernetesObject } from '../../api/object.js';
import type { ApiReply, Status } from '../../api/requests.js';
import type { WrittenHeader } from '../object-header.js';

/** What a write comes to once its object is computed: an answer, or one guarded change of the store. */
export type Plan =
  | { readonly type: 'answer'; readonly reply: ApiReply }
  | PutPlan
  | DeletePlan
  | TransactionPlan
  /** Several plans one after another, each of them answered for itself (a deletion writes first, then deletes). */
  | { readonly type: 'then'; readonly first: PutPlan; readonly remove: Removal };

export interface PutPlan {
  readonly type: 'put';
  readonly key: string;
  /** The revision that the key must have: 0, it must not exist. */
  readonly expected: number;
  readonly header: WrittenHeader;
  readonly value: KubernetesObject;
  readonly lease: number;
  readonly code: number;
  readonly warnings: readonly string[] | undefined;
  /** What the caller is told: the object (default), that it went well, or the object's Scale. `evicting`: nothing yet, as the deletion comes after it. */
  readonly tell?: 'success' | 'scale' | 'evicting';
}

export interface DeletePlan {
  readonly type: 'delete';
  readonly key: string;
  readonly expected: number;
  readonly header: WrittenHeader;
  readonly answer: Removal;
  /** Guard keys (node ports, cluster IPs) that go with the object. */
  readonly also: readonly string[];
}

/** How a deletion is answered: with the object, with a Status that names it or that says only that something was created, or with an object that was computed before. */
export type Removal =
  | { readonly answer: 'object' }
  | { readonly answer: 'status' }
  | { readonly answer: 'created' }
  | { readonly answer: 'value'; readonly value: KubernetesObject };

export interface TransactionPlan {
  readonly type: 'transaction';
  readonly compare: readonly Compare[];
  /** The first operation is the object's. */
  readonly success: readonly Operation[];
  readonly code: number;
  readonly warnings: readonly string[] | undefined;
  /** What the transaction drew (`ip/...`, `port/...`), to give back once it is answered. */
  readonly drawn: readonly string[];
}

export const answer = (reply: ApiReply): Plan => ({ type: 'answer', reply });
export const refusal = (status: Status): Plan => ({ type: 'answer', reply: { type: 'status', status } });

/** Tells a refusal from an object: no kind that is stored is called Status. */
export const isStatus = (value: object | undefined): value is Status => value !== undefined && (value as { readonly kind?: unknown }).kind === 'Status';
