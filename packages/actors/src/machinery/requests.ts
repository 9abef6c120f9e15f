import { type Address, named } from '@naumachia/core';
import type { GroupResource, KubernetesObject, ObjectHeader } from '../api/object.js';
import type {
  ApiAnswer,
  ApiRequest,
  CreateRequest,
  DeleteOptions,
  DeleteRequest,
  GetRequest,
  ListRequest,
  PatchRequest,
  PatchType,
  Status,
  Stored,
  UpdateRequest,
  UserInfo,
} from '../api/requests.js';

/** Whoever is the API server at the moment. */
export const API_SERVER: Address<ApiRequest> = named<ApiRequest>('apiserver');

/** How a component presents itself to the API server: its identity, and the manager named in managedFields. */
export interface ApiClient {
  readonly user: UserInfo;
  readonly fieldManager: string;
}

/** The client of a component that authenticates as a service account in kube-system, as each controller does. */
export const serviceAccountClient = (name: string, fieldManager: string): ApiClient => ({
  user: {
    name: `system:serviceaccount:kube-system:${name}`,
    groups: ['system:serviceaccounts', 'system:serviceaccounts:kube-system', 'system:authenticated'],
  },
  fieldManager,
});

/** `namespace/name`, or the name alone of what is cluster-scoped: client-go's MetaNamespaceKey. */
export const objectKey = (namespace: string, name: string): string => (namespace === '' ? name : `${namespace}/${name}`);

export const keyOf = (object: { readonly header: ObjectHeader }): string => objectKey(object.header.namespace, object.header.name);

/** The opposite of `objectKey`. */
export const splitKey = (key: string): { readonly namespace: string; readonly name: string } => {
  const slash = key.indexOf('/');
  return slash < 0 ? { namespace: '', name: key } : { namespace: key.slice(0, slash), name: key.slice(slash + 1) };
};

export const getRequest = (client: ApiClient, resource: GroupResource, namespace: string, name: string): GetRequest => ({
  type: 'get',
  user: client.user,
  resource,
  namespace,
  name,
});

export const listRequest = (client: ApiClient, resource: GroupResource, options: Pick<ListRequest, 'labelSelector' | 'fieldSelector' | 'resourceVersion'> = {}, namespace = ''): ListRequest => ({
  type: 'list',
  user: client.user,
  resource,
  namespace,
  ...options,
});

export const createRequest = (client: ApiClient, resource: GroupResource, namespace: string, object: KubernetesObject): CreateRequest => ({
  type: 'create',
  user: client.user,
  fieldManager: client.fieldManager,
  resource,
  namespace,
  object,
});

/** A create at a subresource of `name`: a binding, an eviction. */
export const createSubresourceRequest = (client: ApiClient, resource: GroupResource, namespace: string, name: string, subresource: string, object: KubernetesObject): CreateRequest => ({
  type: 'create',
  user: client.user,
  fieldManager: client.fieldManager,
  resource,
  namespace,
  name,
  subresource,
  object,
});

/** Replaces the object that was seen at `header.revision`; a write in between is answered with a Conflict. */
export const updateRequest = (client: ApiClient, header: ObjectHeader, object: KubernetesObject): UpdateRequest => ({
  type: 'update',
  user: client.user,
  fieldManager: client.fieldManager,
  resource: header.resource,
  namespace: header.namespace,
  name: header.name,
  object,
  resourceVersion: String(header.revision),
});

/** As `updateRequest`, of a subresource such as `status`. */
export const updateSubresourceRequest = (client: ApiClient, header: ObjectHeader, subresource: string, object: KubernetesObject): UpdateRequest => ({
  type: 'update',
  user: client.user,
  fieldManager: client.fieldManager,
  resource: header.resource,
  namespace: header.namespace,
  name: header.name,
  subresource,
  object,
  resourceVersion: String(header.revision),
});

export const patchRequest = (client: ApiClient, resource: GroupResource, namespace: string, name: string, patchType: PatchType, patch: unknown, subresource?: string): PatchRequest => ({
  type: 'patch',
  user: client.user,
  fieldManager: client.fieldManager,
  resource,
  namespace,
  name,
  patchType,
  patch,
  ...(subresource !== undefined && { subresource }),
});

export const deleteRequest = (client: ApiClient, resource: GroupResource, namespace: string, name: string, options?: DeleteOptions): DeleteRequest => ({
  type: 'delete',
  user: client.user,
  resource,
  namespace,
  name,
  ...(options !== undefined && { options }),
});

/** The same write, answered without the object: for a caller that waits for the watch to show it. */
export const brief = <W extends CreateRequest | UpdateRequest | PatchRequest>(write: W): W => (Object.assign({}, write, { brief: true }));

/** The Status of a refusal; undefined for a success and for a failure of the runtime. A deletion may succeed with a Status. */
export const refusalOf = (answer: ApiAnswer): Status | undefined => (answer.type === 'status' && answer.status.status === 'Failure' ? answer.status : undefined);

/** Whether the request was not carried out, or may not have been: refused, or lost by the runtime. */
export const hasFailed = (answer: ApiAnswer): boolean => answer.type === 'failure' || refusalOf(answer) !== undefined;

/** Whether the request was refused for this reason (`NotFound`, `Conflict`, `AlreadyExists`, ...). */
export const isRefused = (answer: ApiAnswer, reason: string): boolean => answer.type === 'status' && answer.status.status === 'Failure' && answer.status.reason === reason;

/** The object that a write left in the store, where the answer shows it. */
export const objectOf = (answer: ApiAnswer): Stored | undefined => (answer.type === 'object' ? answer.object : undefined);

/** What an error reads like in Events and conditions. */
export const failureText = (answer: ApiAnswer): string => {
  if (answer.type === 'failure') return answer.reason === 'deadline-exceeded' ? 'context deadline exceeded' : `the server is currently unable to handle the request (${answer.reason})`;
  return refusalOf(answer)?.message ?? 'unknown error';
};
