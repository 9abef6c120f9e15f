import type { ApiAnswer, ApiRequest, GroupResource, Stored, UserInfo } from '@naumachia/actors';
import { matches, matchesFields, parseFieldSelector, parseLabelSelector } from '@naumachia/actors/api';
import { type FeedEntry, isFailure, named, type Port } from '@naumachia/core';
import { ApiError } from './errors.js';
import { errorOfFailure } from './failure-error.js';

export const API_SERVER = named<ApiRequest>('apiserver');
export const ADMINISTRATOR: UserInfo = { name: 'kubernetes-admin', groups: ['system:masters', 'system:authenticated'] };

/** Which objects are meant. Selectors are written as for kubectl. */
export interface Selection {
  /** Default: all namespaces. */
  readonly namespace?: string | undefined;
  /** `app=web,tier!=cache` */
  readonly labelSelector?: string | undefined;
  /** `spec.nodeName=node-1`, `status.phase=Running`, `metadata.name=web` */
  readonly fieldSelector?: string | undefined;
}

export type ChangeType = 'ADDED' | 'MODIFIED' | 'DELETED';

/** Waits a moment: by the clock that the cluster lives by. Returns how to give up. */
export type Later = (again: () => void) => () => void;

/** Who follows objects. */
export interface Follower {
  changed(type: ChangeType, stored: Stored): void;
  /** All that there was has been told: the objects are known for the first time. */
  synced?(): void;
  /** The API server refuses it, and would again. */
  refused(error: ApiError): void;
}

/**
 * The selected objects of a resource as they are, kept up to date from the API server's feed until it is stopped. An API server that cannot be reached is
 * asked again, at first too.
 */
export class LiveObjects {
  /** By `namespace/name`. */
  readonly objects = new Map<string, Stored>();
  /** Why the API server has not answered yet. */
  problem: ApiError | undefined;
  isSynced = false;
  readonly #port: Port;
  readonly #later: Later;
  readonly #resource: GroupResource;
  readonly #selection: Selection;
  readonly #follower: Follower;
  readonly #isSelected: (stored: Stored) => boolean;
  #unfollow = (): void => {};
  #revision = 0;
  #stopped = false;

  constructor(port: Port, later: Later, resource: GroupResource, selection: Selection, follower: Follower) {
    this.#port = port;
    this.#later = later;
    this.#resource = resource;
    this.#selection = selection;
    this.#follower = follower;
    this.#isSelected = selected(selection);
    void this.#list();
  }

  stop(): void {
    this.#stopped = true;
    this.#unfollow();
  }

  async #list(): Promise<void> {
    const answer = await this.#port.request(API_SERVER, listRequest(this.#resource, this.#selection));
    if (this.#stopped) return;
    this.problem = this.#take(answer);
    if (!this.problem) return this.#follow();
    if (this.problem.code < 500 && this.problem.code !== 429 && !this.isSynced) return this.#follower.refused(this.problem);
    this.#unfollow = this.#later(() => void this.#list());
  }

  /** Tells what a list has that was not known. */
  #take(answer: ApiAnswer): ApiError | undefined {
    if (isFailure(answer)) return errorOfFailure(answer);
    if (answer.type === 'status') return new ApiError(answer.status);
    if (answer.type !== 'list') return undefined;
    const listed = new Set(answer.items.map(keyOf));
    for (const [key, stored] of [...this.objects]) if (!listed.has(key)) this.#leave(key, stored);
    for (const stored of answer.items) if (this.objects.get(keyOf(stored))?.header.revision !== stored.header.revision) this.#enter(stored);
    this.#revision = answer.revision;
    if (!this.isSynced) {
      this.isSynced = true;
      this.#follower.synced?.();
    }
    return undefined;
  }

  #follow(): void {
    if (this.#stopped) return;
    this.#unfollow = this.#port.subscribe(API_SERVER, this.#resource, { after: this.#revision }, {
      batch: ({ entries, revision }) => {
        if (this.#stopped) return;
        for (const entry of entries) this.#heard(entry);
        this.#revision = Math.max(this.#revision, revision);
      },
      ended: ({ reason }) => {
        if (this.#stopped) return;
        this.#unfollow = this.#later(reason === 'gone' ? () => void this.#list() : () => this.#follow());
      },
    });
  }

  #heard(entry: FeedEntry): void {
    const stored = entry.value as Stored;
    const key = keyOf(stored);
    if (stored.header.change !== 'deleted' && this.#isSelected(stored)) this.#enter(stored);
    else if (this.objects.has(key)) this.#leave(key, stored);
  }

  #enter(stored: Stored): void {
    const key = keyOf(stored);
    const type = this.objects.has(key) ? 'MODIFIED' : 'ADDED';
    this.objects.set(key, stored);
    this.#follower.changed(type, stored);
  }

  #leave(key: string, stored: Stored): void {
    this.objects.delete(key);
    this.#follower.changed('DELETED', stored);
  }
}

export const listRequest = (resource: GroupResource, { namespace = '', labelSelector, fieldSelector }: Selection): ApiRequest => ({
  type: 'list', user: ADMINISTRATOR, resource, namespace, ...(labelSelector !== undefined && { labelSelector }), ...(fieldSelector !== undefined && { fieldSelector }),
});

const keyOf = ({ header }: Stored): string => `${header.namespace}/${header.name}`;

/** Selectors that cannot be read select everything here: the API server has refused the list by then. */
const selected = ({ namespace, labelSelector = '', fieldSelector = '' }: Selection): ((stored: Stored) => boolean) => {
  const labels = parseLabelSelector(labelSelector);
  const fields = parseFieldSelector(fieldSelector);
  const requirements = 'error' in fields ? [] : fields.requirements;
  return (stored) =>
    (namespace === undefined || namespace === '' || stored.header.namespace === namespace) &&
    ('error' in labels || matches(labels.selector, stored.header.labels)) &&
    (requirements.length === 0 || matchesFields(requirements, (field) => fieldOf(stored.value, field)));
};

/** What stands at `status.phase`: the names of selectable fields are their places. */
const fieldOf = (object: unknown, field: string): string => {
  let at = object;
  for (const part of field.split('.')) at = (at as Readonly<Record<string, unknown>> | undefined)?.[part];
  return at === undefined || at === null ? '' : String(at);
};
