import type { ConfigMap } from '../api/generated/types.js';
import type { Stored } from '../api/requests.js';
import type { ReflectorBackoff } from '../machinery/reflector-backoff.js';

/**
 * One ConfigMap or Secret that pods of the node use. It is listed once and watched from then on, for all of them
 * (configMapAndSecretChangeDetectionStrategy `Watch`: watch_based_manager.go has a reflector for each object). Plain data.
 */
export interface ConfigWatch {
  readonly resource: 'configmaps' | 'secrets';
  readonly namespace: string;
  readonly name: string;
  /** uids of the pods that use it; without any there is no watch. */
  users: readonly string[];
  /** As of `revision`; `undefined` where there is no such object. */
  stored: Stored | undefined;
  /** 0: it has yet to be listed, and nothing is known of it. */
  revision: number;
  listing: boolean;
  subscription: number | undefined;
  /** Of watches that were reset. */
  backoff: ReflectorBackoff | undefined;
}

/** By `configmaps/NAMESPACE/NAME`, and the names of those that are followed by their subscriptions. */
export interface ConfigWatches {
  readonly byObject: Map<string, ConfigWatch>;
  readonly bySubscription: Map<number, string>;
}

export const noConfigWatches = (): ConfigWatches => ({ byObject: new Map(), bySubscription: new Map() });

export const objectName = ({ resource, namespace, name }: Pick<ConfigWatch, 'resource' | 'namespace' | 'name'>): string => `${resource}/${namespace}/${name}`;

/** The watch of an object, which this pod uses from now on. */
export const useConfig = ({ byObject }: ConfigWatches, uid: string, resource: ConfigWatch['resource'], namespace: string, name: string): ConfigWatch => {
  const object = objectName({ resource, namespace, name });
  let watch = byObject.get(object);
  if (!watch) byObject.set(object, (watch = { resource, namespace, name, users: [], stored: undefined, revision: 0, listing: false, subscription: undefined, backoff: undefined }));
  if (!watch.users.includes(uid)) watch.users = [...watch.users, uid];
  return watch;
};

/** A pod uses nothing any more: the watches that nobody uses are forgotten, and given back to be ended. */
export const releaseConfig = ({ byObject, bySubscription }: ConfigWatches, uid: string): readonly ConfigWatch[] => {
  const ended: ConfigWatch[] = [];
  for (const [object, watch] of byObject) {
    if (!watch.users.includes(uid)) continue;
    watch.users = watch.users.filter((user) => user !== uid);
    if (watch.users.length > 0) continue;
    byObject.delete(object);
    if (watch.subscription !== undefined) bySubscription.delete(watch.subscription);
    ended.push(watch);
  }
  return ended;
};

/** Takes in what the object is as of a revision; says whether that is news. */
export const takeConfig = (watch: ConfigWatch, stored: Stored | undefined, revision: number): 'first' | 'changed' | 'same' => {
  if (revision <= watch.revision) return 'same';
  const isFirst = watch.revision === 0;
  const isSame = stored?.header.revision === watch.stored?.header.revision;
  watch.revision = revision;
  watch.stored = stored;
  return isFirst ? 'first' : isSame ? 'same' : 'changed';
};

/** What says that it never changes is not watched. */
export const isImmutable = (stored: Stored | undefined): boolean => (stored?.value as ConfigMap | undefined)?.immutable === true;
