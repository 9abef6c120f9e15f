import type { ApiAnswer, ApiRequest, DeleteOptions, KubernetesObject, PatchType } from '@naumachia/actors';
import type { ApiResource } from '@naumachia/actors/api';
import { isFailure, type Port } from '@naumachia/core';
import { ApiError } from './errors.js';
import { errorOfFailure } from './failure-error.js';
import { checkedObject } from './checked-object.js';
import { EventQueue } from './event-queue.js';
import { type Kind, type ObjectOf, resourceOfKind, resourceOfObject, type SentObject } from './kinds.js';
import { ADMINISTRATOR, API_SERVER, type ChangeType, type Later, listRequest, LiveObjects, type Selection } from './live-objects.js';
import { copyOf, servedObject, servedValue } from './served-object.js';

/** In which namespace an object is. */
export interface InNamespace {
  /** Default: `default`; kinds without namespaces have none. */
  readonly namespace?: string;
}

export interface WriteOptions {
  /** Only this part of the object is written. */
  readonly subresource?: 'status' | 'scale' | (string & {});
  /** Who owns the fields that this writes, in `metadata.managedFields`. Default `naumachia`. */
  readonly fieldManager?: string;
  /** Answers as if, and changes nothing. */
  readonly dryRun?: boolean;
}

export interface PatchOptions extends WriteOptions, InNamespace {
  /** `merge` (default) as RFC 7386; `strategic`, which knows the keys of lists; `json` as RFC 6902, a list of operations. */
  readonly type?: Exclude<PatchType, 'apply'>;
}

export interface ApplyOptions extends WriteOptions {
  /** Takes fields over that others own, instead of a Conflict. Default true. */
  readonly force?: boolean;
}

/** A change of an object. What was there when the watch began is `ADDED`; a deleted object is shown as it was last. */
export interface WatchEvent<T> {
  readonly type: ChangeType;
  readonly object: T;
}

export interface WatchOptions extends Selection {
  /** Ends the watch. So does leaving the loop, and the end of the cluster. */
  readonly signal?: AbortSignal;
}

/**
 * The API of a cluster, without HTTP: each call is one message to the API server's actor, which treats it as any client's. Objects that
 * are answered are copies. What is refused is thrown as `ApiError`.
 */
export interface Client {
  /** One object by its name. */
  get<K extends Kind>(kind: K, name: string, options?: InNamespace): Promise<ObjectOf<K>>;
  /** All selected objects, by namespace and name. */
  list<K extends Kind>(kind: K, selection?: Selection): Promise<ObjectOf<K>[]>;
  create<const K extends string>(object: SentObject<K>, options?: WriteOptions): Promise<ObjectOf<K>>;
  /** Replaces an object. With the resourceVersion that it was read with, a change by somebody else since is a Conflict. */
  update<const K extends string>(object: SentObject<K>, options?: WriteOptions): Promise<ObjectOf<K>>;
  patch<K extends Kind>(kind: K, name: string, patch: object, options?: PatchOptions): Promise<ObjectOf<K>>;
  /** Makes the object what is given, and makes it if there is none (server-side apply). What is not given stays. */
  apply<const K extends string>(object: SentObject<K>, options?: ApplyOptions): Promise<ObjectOf<K>>;
  /** Resolves when the deletion has begun: finalizers and grace periods may keep the object for a while. */
  delete<K extends Kind>(kind: K, name: string, options?: InNamespace & DeleteOptions): Promise<void>;
  /** What is there, and every change from then on: `for await (const { type, object } of client.watch('Pod')) ...` */
  watch<K extends Kind>(kind: K, options?: WatchOptions): AsyncIterableIterator<WatchEvent<ObjectOf<K>>>;
}

const FIELD_MANAGER = 'naumachia';

/** The client of a cluster that is reached through a port. */
export class PortClient implements Client {
  readonly #port: Port;
  readonly #later: Later;
  readonly #watches = new Set<EventQueue<never>>();

  constructor(port: Port, later: Later) {
    this.#port = port;
    this.#later = later;
  }

  async get<K extends Kind>(kind: K, name: string, { namespace }: InNamespace = {}): Promise<ObjectOf<K>> {
    return objectOf(await this.#ask({ type: 'get', ...this.#target(resourceOfKind(kind), namespace), name }));
  }

  async list<K extends Kind>(kind: K, selection: Selection = {}): Promise<ObjectOf<K>[]> {
    const answer = await this.#ask(listRequest(resourceOfKind(kind).storedResource, selection));
    return answer.type === 'list' ? answer.items.map((stored) => servedObject<ObjectOf<K>>(stored)) : [];
  }

  async create<const K extends string>(object: SentObject<K>, options: WriteOptions = {}): Promise<ObjectOf<K>> {
    const { resource, checked } = sent(object);
    const subresource = options.subresource !== undefined && { name: checked.metadata.name ?? '' };
    return objectOf(await this.#ask({ type: 'create', ...this.#target(resource, checked.metadata.namespace), ...subresource, ...writing(options), object: checked }));
  }

  async update<const K extends string>(object: SentObject<K>, options: WriteOptions = {}): Promise<ObjectOf<K>> {
    const { resource, checked } = sent(object);
    return objectOf(await this.#ask({ type: 'update', ...this.#target(resource, checked.metadata.namespace), name: checked.metadata.name ?? '', ...writing(options), object: checked }));
  }

  async patch<K extends Kind>(kind: K, name: string, patch: object, options: PatchOptions = {}): Promise<ObjectOf<K>> {
    const { type = 'merge', namespace } = options;
    return objectOf(await this.#ask({ type: 'patch', ...this.#target(resourceOfKind(kind), namespace), name, patchType: type, patch: copyOf(patch), ...writing(options) }));
  }

  async apply<const K extends string>(object: SentObject<K>, options: ApplyOptions = {}): Promise<ObjectOf<K>> {
    const { resource, checked } = sent(object);
    const { name } = checked.metadata;
    if (name === undefined) throw new TypeError(`metadata.name is missing: a ${object.kind} without a name can be created, and not applied`);
    // What was not given must not be applied as nothing: only create and update take an object as the store keeps it.
    const patch = copyOf(object as KubernetesObject);
    return objectOf(await this.#ask({ type: 'patch', ...this.#target(resource, checked.metadata.namespace), name, patchType: 'apply', patch, force: options.force ?? true, ...writing(options) }));
  }

  async delete<K extends Kind>(kind: K, name: string, { namespace, ...options }: InNamespace & DeleteOptions = {}): Promise<void> {
    await this.#ask({ type: 'delete', ...this.#target(resourceOfKind(kind), namespace), name, options });
  }

  watch<K extends Kind>(kind: K, { signal, ...selection }: WatchOptions = {}): AsyncIterableIterator<WatchEvent<ObjectOf<K>>> {
    const resource = resourceOfKind(kind).storedResource;
    const over = (): void => queue.end();
    const queue = new EventQueue<WatchEvent<ObjectOf<K>>>(() => {
      live.stop();
      signal?.removeEventListener('abort', over);
      this.#watches.delete(queue as unknown as EventQueue<never>);
    });
    const live = new LiveObjects(this.#port, this.#later, resource, selection, {
      changed: (type, stored) => queue.add({ type, object: servedObject<ObjectOf<K>>(stored) }),
      refused: (error) => queue.end(error),
    });
    this.#watches.add(queue as unknown as EventQueue<never>);
    if (signal?.aborted === true) queue.end();
    signal?.addEventListener('abort', over);
    return queue;
  }

  /** Ends all watches. */
  close(): void {
    for (const queue of [...this.#watches]) queue.end();
  }

  #target({ namespaced, apiVersion, storedApiVersion, storedResource }: ApiResource, namespace: string | undefined) {
    return { user: ADMINISTRATOR, resource: storedResource, namespace: namespaced ? (namespace ?? 'default') : '', ...(apiVersion !== storedApiVersion && { apiVersion }) };
  }

  async #ask(message: ApiRequest): Promise<Exclude<ApiAnswer, { type: 'failure' }>> {
    const answer: ApiAnswer = await this.#port.request(API_SERVER, message);
    if (isFailure(answer)) throw errorOfFailure(answer);
    if (answer.type === 'status' && answer.status.status === 'Failure') throw new ApiError(answer.status);
    return answer;
  }
}

const writing = ({ subresource, fieldManager = FIELD_MANAGER, dryRun }: WriteOptions) => ({
  fieldManager, fieldValidation: 'Strict' as const, ...(subresource !== undefined && { subresource }), ...(dryRun !== undefined && { dryRun }),
});

const sent = (object: { readonly kind: string }): { readonly resource: ApiResource; readonly checked: KubernetesObject } => ({
  resource: resourceOfObject(object as KubernetesObject), checked: checkedObject(copyOf(object as KubernetesObject)),
});

const objectOf = <T>(answer: ApiAnswer): T => {
  switch (answer.type) {
    case 'object':
      return servedObject<T>(answer.object);
    case 'value':
      return servedValue<T>(answer.value);
    case 'status':
    case 'written':
    case 'list':
    case 'failure':
      // What wrote no object, such as a binding, has none to show.
      return undefined as T;
  }
};
