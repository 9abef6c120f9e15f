import type { Encoded, Failure, Request } from '@naumachia/core';
import type { GroupResource, KubernetesObject, ObjectHeader } from './object.js';

/** Who asks. Every request carries it, so that an authoriser can be put in its way. */
export interface UserInfo {
  readonly name: string;
  readonly uid?: string;
  readonly groups: readonly string[];
  /** What else is known of whoever it is, such as which token was sent. */
  readonly extra?: Readonly<Record<string, readonly string[]>>;
}

/** An object as the store gives it: header with its revision, value on demand. The value holds no resourceVersion. */
export type Stored<T = KubernetesObject> = Encoded<ObjectHeader, T>;

interface ApiRequestBase extends Request<ApiReply> {
  readonly user: UserInfo;
  readonly resource: GroupResource;
  /** The API version asked for where it is not the stored one (`autoscaling/v1`); absent: the stored one. */
  readonly apiVersion?: string;
  /** Empty for cluster-scoped objects, and for a list or watch of all namespaces. */
  readonly namespace: string;
}

interface ApiWriteBase extends ApiRequestBase {
  readonly subresource?: string;
  /** Becomes `manager` in managedFields: the explicit field manager, or the first word of the user agent. */
  readonly fieldManager: string;
  readonly dryRun?: boolean;
  readonly fieldValidation?: 'Ignore' | 'Warn' | 'Strict';
  /** The caller has no use for the object: the answer is `written`, not `object`. */
  readonly brief?: boolean;
}

export interface GetRequest extends ApiRequestBase {
  readonly type: 'get';
  readonly name: string;
  readonly subresource?: string;
}

export interface ListRequest extends ApiRequestBase {
  readonly type: 'list';
  readonly labelSelector?: string;
  readonly fieldSelector?: string;
  readonly limit?: number;
  readonly continue?: string;
  readonly resourceVersion?: string;
  readonly resourceVersionMatch?: string;
}

export interface CreateRequest extends ApiWriteBase {
  readonly type: 'create';
  /** For subresources (`binding`, `eviction`) the name of the parent; else the object's metadata says. */
  readonly name?: string;
  readonly object: KubernetesObject;
}

export interface UpdateRequest extends ApiWriteBase {
  readonly type: 'update';
  readonly name: string;
  readonly object: KubernetesObject;
  /** The revision that the caller saw; another one in the store is a Conflict. Absent: overwrite. */
  readonly resourceVersion?: string;
}

export type PatchType = 'json' | 'merge' | 'strategic' | 'apply';

export interface PatchRequest extends ApiWriteBase {
  readonly type: 'patch';
  readonly name: string;
  readonly patchType: PatchType;
  readonly patch: unknown;
  /** Why there is no patch, to be told once the object is found. */
  readonly malformed?: Status;
  /** What its operations have that operations do not: warnings, or errors of a strict decoder. */
  readonly oddities?: readonly string[];
  readonly force?: boolean;
}

export interface DeleteOptions {
  readonly gracePeriodSeconds?: number;
  readonly propagationPolicy?: 'Orphan' | 'Background' | 'Foreground';
  readonly preconditions?: { readonly uid?: string; readonly resourceVersion?: string };
}

export interface DeleteRequest extends ApiRequestBase {
  readonly type: 'delete';
  readonly name: string;
  readonly options?: DeleteOptions;
  readonly dryRun?: boolean;
}

export interface DeleteCollectionRequest extends ApiRequestBase {
  readonly type: 'deletecollection';
  readonly labelSelector?: string;
  readonly fieldSelector?: string;
  /** How many at most; the answer names how to go on, as a list does. */
  readonly limit?: number;
  readonly continue?: string;
  readonly resourceVersion?: string;
  readonly resourceVersionMatch?: string;
  readonly options?: DeleteOptions;
  readonly dryRun?: boolean;
}

/**
 * Requests to the API server actor (`named<ApiRequest>('apiserver')`). Watching is not a request: the API server owns one feed per
 * GroupResource, and `subscribe(apiserver, 'pods', { after: revision, key: 'spec.nodeName=node-1' })` follows it.
 */
export type ApiRequest = GetRequest | ListRequest | CreateRequest | UpdateRequest | PatchRequest | DeleteRequest | DeleteCollectionRequest;

/** meta/v1 Status, the body of every refusal. */
export interface Status {
  readonly kind: 'Status';
  readonly apiVersion: 'v1';
  readonly metadata: Readonly<Record<string, unknown>>;
  readonly status: 'Success' | 'Failure';
  readonly message?: string;
  readonly reason?: string;
  readonly details?: StatusDetails;
  readonly code?: number;
}

export interface StatusDetails {
  readonly name?: string;
  readonly group?: string;
  readonly kind?: string;
  readonly uid?: string;
  readonly causes?: readonly { readonly reason?: string; readonly message?: string; readonly field?: string }[];
  readonly retryAfterSeconds?: number;
}

export type ApiReply =
  /** `code` is 201 where something was created, else 200 (or 202 for a deletion that waits). */
  | { readonly type: 'object'; readonly code: number; readonly object: Stored; readonly warnings?: readonly string[] }
  /** What a `brief` write left in the store. */
  | { readonly type: 'written'; readonly name: string; readonly uid: string; readonly revision: number; readonly warnings?: readonly string[] }
  /** What is not stored: a Scale, a review, the outcome of a dry run. */
  | { readonly type: 'value'; readonly code: number; readonly value: KubernetesObject; readonly warnings?: readonly string[] }
  | { readonly type: 'list'; readonly revision: number; readonly items: readonly Stored[]; readonly continue?: string; readonly remaining?: number }
  /** A refusal, or a deletion that left no object to show. */
  | { readonly type: 'status'; readonly status: Status; readonly warnings?: readonly string[] };

export type ApiAnswer = ApiReply | Failure;
