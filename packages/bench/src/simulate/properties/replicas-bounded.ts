import type { ApiAnswer, CreateRequest, KubernetesObject } from '@naumachia/actors';
import { controllerOf, type Pod, type ReplicaSet } from '@naumachia/actors/api';
import { type AlwaysProperty, isUncertain } from './property.js';

/** What a ReplicaSet was told to have, and has. */
interface Known {
  /** The most that its controller may still believe it was told. */
  ceiling: number;
  readonly pods: Set<string>;
}

/**
 * Creations that nobody knows the outcome of count as allowed, as in the real one: a request whose answer was lost is sent again, and the
 * pod too many is deleted when it is seen.
 */
export const replicasBounded: AlwaysProperty = {
  about: 'a ReplicaSet has no more pods than it was told to have',
  watch: (world, violated) => {
    const sets = new Map<string, Known>();
    /** By reply slot, the ReplicaSet for which a pod is being created; and how many by ReplicaSet. */
    const pending = new Map<number, string>();
    const unknown = new Map<string, number>();
    const knownOf = (uid: string): Known => {
      let known = sets.get(uid);
      if (!known) sets.set(uid, (known = { ceiling: 0, pods: new Set() }));
      return known;
    };
    const count = (uid: string, by: number): void => void unknown.set(uid, (unknown.get(uid) ?? 0) + by);
    const judge = (uid: string, name: string): void => {
      const { ceiling, pods } = knownOf(uid);
      const most = ceiling + (unknown.get(uid) ?? 0);
      if (pods.size > most) violated(`ReplicaSet ${name} was told to have ${ceiling} pods and has ${pods.size}: ${[...pods].sort().join(', ')}`);
    };
    return {
      posted: ({ kind, slot, message }) => {
        if (kind !== 'request' || message.type !== 'create') return;
        const { resource, object, subresource } = message as CreateRequest;
        if (resource !== 'pods' || subresource !== undefined) return;
        const owner = controllerOf(object);
        if (owner?.kind !== 'ReplicaSet') return;
        pending.set(slot, owner.uid);
        count(owner.uid, 1);
      },
      received: ({ kind, slot, message }) => {
        const uid = kind === 'reply' ? pending.get(slot) : undefined;
        if (uid === undefined || isUncertain(message as ApiAnswer)) return;
        pending.delete(slot);
        count(uid, -1);
        judge(uid, nameOf(world.all('replicasets.apps'), uid));
      },
      changed: ({ resource, key, former, current }) => {
        if (resource === 'replicasets.apps' && current) {
          const { spec, status, metadata } = current.value as unknown as ReplicaSet;
          const known = knownOf(current.header.uid);
          const told = spec.replicas ?? 1;
          // Once the controller says that it has seen this generation, it acts on nothing older.
          known.ceiling = (status?.observedGeneration ?? 0) >= (metadata.generation ?? 0) && known.pods.size <= told ? told : Math.max(known.ceiling, told);
        }
        if (resource !== 'pods') return;
        const [was, is] = [former && ownerOf(former.value), current && ownerOf(current.value)];
        if (was !== undefined && was !== is) knownOf(was).pods.delete(key);
        if (is === undefined || is === was) return;
        knownOf(is).pods.add(key);
        judge(is, nameOf(world.all('replicasets.apps'), is));
      },
    };
  },
};

const nameOf = (sets: ReadonlyMap<string, { readonly header: { readonly uid: string } }>, uid: string): string => [...sets].find(([, { header }]) => header.uid === uid)?.[0] ?? uid;

/** The ReplicaSet that counts this pod: it is neither over nor told to go. */
const ownerOf = (value: KubernetesObject): string | undefined => {
  const { metadata, status } = value as unknown as Pod;
  const owner = controllerOf(value);
  return owner?.kind === 'ReplicaSet' && metadata.deletionTimestamp === undefined && status?.phase !== 'Succeeded' && status?.phase !== 'Failed' ? owner.uid : undefined;
};
