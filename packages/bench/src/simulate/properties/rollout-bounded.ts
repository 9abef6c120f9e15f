import type { ApiAnswer, CreateRequest, DeleteRequest, KubernetesObject, Stored } from '@naumachia/actors';
import { controllerOf, type Deployment, type Pod, type ReplicaSet, scaledValue } from '@naumachia/actors/api';
import type { World } from '../world.js';
import { type AlwaysProperty, isUncertain } from './property.js';

interface Bounds {
  /** What its controller may still believe to be the most. */
  ceiling: number;
  /** Since its last complete moment nothing but its rollout has taken a ready pod away. */
  calm: boolean;
}

/**
 * maxSurge above and maxUnavailable below (deployment util `ResolveFenceposts`). The real controller, too, keeps to maxUnavailable by what its
 * ReplicaSets report. A pod that was created although the answer was lost is created once more; when the one too many is seen it is deleted,
 * and the status that this very sync writes counts it still (replica_set.go: syncReplicaSet calculates from the pods that it began with). By
 * that count a Deployment takes one old pod too many away: each such creation lowers the bound by one until the rollout is complete.
 */
export const rolloutBounded: AlwaysProperty = {
  about: 'a rolling update keeps to maxSurge and, while nothing else takes pods away, to maxUnavailable',
  watch: (world, violated) => {
    const known = new Map<string, Bounds>();
    /** Pods, by uid, that the controller of a ReplicaSet has asked to delete: it does so where the ReplicaSet was scaled down. */
    const rolled = new Set<string>();
    /**
     * Creations and deletions of pods of which nobody knows what came of it, by reply slot, with the Deployment: the controller creates one
     * more, or deletes perhaps another.
     */
    const unanswered = new Map<number, string>();
    const boundsOf = (uid: string): Bounds => {
      let bounds = known.get(uid);
      if (!bounds) known.set(uid, (bounds = { ceiling: 0, calm: false }));
      return bounds;
    };

    const judgeSurge = (deployment: Stored<Deployment>): void => {
      const bounds = boundsOf(deployment.header.uid);
      const { most, wanted } = fenceposts(deployment.value);
      const asked = setsOf(world, deployment.header.uid).reduce((sum, { value }) => sum + (value.spec.replicas ?? 1), 0);
      const { status, metadata } = deployment.value;
      bounds.ceiling = (status?.observedGeneration ?? 0) >= (metadata.generation ?? 0) && asked <= most ? most : Math.max(bounds.ceiling, most);
      if (asked > bounds.ceiling) violated(`the ReplicaSets of Deployment ${deployment.header.name} ask for ${asked} pods; ${wanted} are wanted and at most ${bounds.ceiling} allowed`);
    };

    const judgePods = (deployment: Stored<Deployment>): void => {
      const bounds = boundsOf(deployment.header.uid);
      const { least, wanted } = fenceposts(deployment.value);
      const ready = podsOf(world, deployment.header.uid).filter(isReady).length;
      if (isComplete(deployment.value) && ready >= wanted) {
        bounds.calm = true;
        for (const [slot, uid] of unanswered) if (uid === deployment.header.uid) unanswered.delete(slot);
        return;
      }
      const uncertain = [...unanswered.values()].filter((uid) => uid === deployment.header.uid).length;
      if (bounds.calm && ready < least - uncertain) violated(`Deployment ${deployment.header.name} has ${ready} ready pods in its rollout; ${wanted} are wanted and at least ${least - uncertain} must be ready`);
    };

    return {
      posted: ({ kind, message, slot }) => {
        if (kind !== 'request') return;
        if (message.type === 'create') {
          const { resource, subresource, namespace, object } = message as CreateRequest;
          const deployment = resource === 'pods' && subresource === undefined ? deploymentOf(world, namespace, object) : undefined;
          if (deployment) unanswered.set(slot, deployment.header.uid);
          return;
        }
        if (message.type !== 'delete') return;
        const { resource, namespace, name, user } = message as DeleteRequest;
        const pod = resource === 'pods' && user.name.endsWith(':replicaset-controller') ? world.get<Pod>('pods', `${namespace}/${name}`) : undefined;
        const deployment = pod && deploymentOf(world, namespace, pod.value as unknown as KubernetesObject);
        if (!pod || !deployment) return;
        rolled.add(pod.header.uid);
        unanswered.set(slot, deployment.header.uid);
      },
      received: ({ kind, slot, message }) => {
        const uid = kind === 'reply' ? unanswered.get(slot) : undefined;
        if (uid === undefined || isUncertain(message as ApiAnswer)) return;
        unanswered.delete(slot);
        for (const deployment of world.all<Deployment>('deployments.apps').values()) if (deployment.header.uid === uid) judgePods(deployment);
      },
      changed: ({ resource, former, current }) => {
        if (resource === 'deployments.apps' && current) {
          const stored = current as unknown as Stored<Deployment>;
          if (stored.value.spec.strategy?.type === 'Recreate') return;
          // What is added by scaling has to become ready first.
          const before = former?.value as unknown as Deployment | undefined;
          if ((before?.spec.replicas ?? 1) < (stored.value.spec.replicas ?? 1)) boundsOf(stored.header.uid).calm = false;
          judgeSurge(stored);
          judgePods(stored);
        } else if (resource === 'replicasets.apps' && current) {
          const deployment = ownerAmong<Deployment>(world, 'deployments.apps', current.header.namespace, current.value);
          if (deployment && deployment.value.spec.strategy?.type !== 'Recreate') judgeSurge(deployment);
        } else if (resource === 'pods') {
          const pod = (current ?? former) as Stored;
          const deployment = deploymentOf(world, pod.header.namespace, pod.value);
          if (!deployment || deployment.value.spec.strategy?.type === 'Recreate') return;
          if (former && isReady(former as unknown as Stored<Pod>) && !(current && isReady(current as unknown as Stored<Pod>)) && !rolled.has(former.header.uid)) boundsOf(deployment.header.uid).calm = false;
          judgePods(deployment);
        }
      },
    };
  },
};

const fenceposts = ({ spec }: Deployment): { readonly wanted: number; readonly least: number; readonly most: number } => {
  const wanted = spec.replicas ?? 1;
  const { maxSurge = '25%', maxUnavailable = '25%' } = spec.strategy?.rollingUpdate ?? {};
  const surge = scaledValue(maxSurge, wanted, 'up') ?? 0;
  const unavailable = scaledValue(maxUnavailable, wanted, 'down') ?? 0;
  return { wanted, most: wanted + surge, least: wanted - (surge === 0 && unavailable === 0 ? 1 : unavailable) };
};

const isComplete = ({ spec, status, metadata }: Deployment): boolean => {
  const wanted = spec.replicas ?? 1;
  return (status?.observedGeneration ?? 0) >= (metadata.generation ?? 0) && status?.updatedReplicas === wanted && status.replicas === wanted && status.availableReplicas === wanted;
};

const setsOf = (world: World, uid: string): readonly Stored<ReplicaSet>[] =>
  [...world.all<ReplicaSet>('replicasets.apps').values()].filter(({ value }) => controllerOf(value as unknown as KubernetesObject)?.uid === uid);

const podsOf = (world: World, uid: string): readonly Stored<Pod>[] => {
  const sets = new Set(setsOf(world, uid).map(({ header }) => header.uid));
  return [...world.all<Pod>('pods').values()].filter(({ value }) => sets.has(controllerOf(value as unknown as KubernetesObject)?.uid ?? ''));
};

/** Of a pod that may not be stored yet: then it does not say in which namespace it is. */
const deploymentOf = (world: World, namespace: string, pod: KubernetesObject): Stored<Deployment> | undefined => {
  const set = ownerAmong<ReplicaSet>(world, 'replicasets.apps', namespace, pod);
  return set && ownerAmong<Deployment>(world, 'deployments.apps', namespace, set.value as unknown as KubernetesObject);
};

const ownerAmong = <T>(world: World, resource: string, namespace: string, value: KubernetesObject): Stored<T> | undefined => {
  const owner = controllerOf(value);
  const found = owner && world.get<T>(resource, `${namespace}/${owner.name}`);
  return found?.header.uid === owner?.uid ? found : undefined;
};

const isReady = ({ value }: Stored<Pod>): boolean =>
  value.metadata.deletionTimestamp === undefined && value.status?.conditions?.some(({ type, status }) => type === 'Ready' && status === 'True') === true;
