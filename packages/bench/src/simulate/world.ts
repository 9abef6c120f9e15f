import type { GroupResource, Stored } from '@naumachia/actors';
import type { FeedEntry, Instant } from '@naumachia/core';

/** A write that etcd has committed. */
export interface Change {
  readonly resource: GroupResource;
  /** `namespace/name`, or the name alone. */
  readonly key: string;
  readonly former: Stored | undefined;
  /** Absent: deleted. */
  readonly current: Stored | undefined;
  readonly revision: number;
  readonly at: Instant;
}

const NONE: ReadonlyMap<string, never> = new Map<string, never>();

/** Every object as of the last commit that etcd told of: what the cluster is, whatever its components believe. */
export class World {
  readonly #objects = new Map<GroupResource, Map<string, Stored>>();
  revision = 0;
  /** The last writes of anything but leases and Events, oldest first. */
  readonly recent: Change[] = [];

  /** All objects of a resource by `namespace/name`. */
  all<T>(resource: GroupResource): ReadonlyMap<string, Stored<T>> {
    return (this.#objects.get(resource) ?? NONE) as ReadonlyMap<string, Stored<T>>;
  }

  get<T>(resource: GroupResource, key: string): Stored<T> | undefined {
    return this.#objects.get(resource)?.get(key) as Stored<T> | undefined;
  }

  get resources(): Iterable<GroupResource> {
    return this.#objects.keys();
  }

  /** Takes a commit in. An etcd that has restarted tells the last ones again. */
  take(entry: FeedEntry, at: Instant): Change | undefined {
    const stored = entry.value as Stored;
    const { header } = stored;
    if (header.resource === undefined || header.revision < this.revision) return undefined;
    const key = header.namespace === '' ? header.name : `${header.namespace}/${header.name}`;
    let objects = this.#objects.get(header.resource);
    if (!objects) this.#objects.set(header.resource, (objects = new Map()));
    const former = objects.get(key);
    if (former !== undefined && former.header.revision >= header.revision) return undefined;
    if (former === undefined && header.revision === this.revision && header.change === 'deleted') return undefined;
    this.revision = header.revision;
    const current = header.change === 'deleted' ? undefined : stored;
    if (current) objects.set(key, current);
    else objects.delete(key);
    const change: Change = { resource: header.resource, key, former, current, revision: header.revision, at };
    if (!QUIET.has(header.resource)) {
      this.recent.push(change);
      if (this.recent.length > 2 * RECENT) this.recent.splice(0, RECENT);
    }
    return change;
  }
}

const RECENT = 200;
/** Written all the time, and told of nothing else. */
const QUIET: ReadonlySet<GroupResource> = new Set(['leases.coordination.k8s.io', 'events', 'ranges']);
