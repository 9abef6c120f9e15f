import type { PersistentVolume, PersistentVolumeClaim, Pod, VolumeAttributesClass } from '../../api/generated/types.js';
import type { Stored } from '../../api/requests.js';
import { indexed, objectAt, objectsOf } from '../../machinery/informer.js';
import { enqueue, type Work } from '../../machinery/reconciler.js';
import { type ApiClient, keyOf, listRequest, serviceAccountClient, updateRequest } from '../../machinery/requests.js';
import { PERSISTENT_VOLUME_CLAIMS, PERSISTENT_VOLUMES, PODS, VOLUME_ATTRIBUTES_CLASSES } from '../caches.js';
import type { ControllerManager, ManagedController } from '../controller.js';
import { claimsOf } from '../pod-view.js';

/**
 * Volumes, claims and attributes classes carry a finalizer from their creation (admission StorageObjectInUseProtection); once they are deleted and nobody uses
 * them, it is taken off (pkg/controller/volume/pvcprotection, pvprotection and vacprotection, 1.36).
 */

const CLAIM_FINALIZER = 'kubernetes.io/pvc-protection';
const CLAIMS_NAME = 'persistentvolumeclaim-protection-controller';
const CLAIMS_CLIENT = serviceAccountClient('pvc-protection-controller', 'kube-controller-manager');

/**
 * A claim is used by the pods on nodes that name it, finished ones too as long as they are there. Before it is let go the pods are listed:
 * the cache may not know yet of one that has just come to its node.
 */
export const persistentVolumeClaimProtection: ManagedController = {
  name: CLAIMS_NAME,
  workers: 1,
  reconcile: (manager, key) => {
    const claim = objectAt(manager.informers, PERSISTENT_VOLUME_CLAIMS, key);
    if (claim === undefined || !isHeld(claim, CLAIM_FINALIZER) || [...indexed(manager.informers, PODS, 'claim', key).values()].some((pod) => pod.nodeName !== '')) return undefined;
    return { writes: [listRequest(CLAIMS_CLIENT, 'pods', {}, claim.header.namespace)], next: LISTED };
  },
  proceed: (manager, key, _next, [pods]) => {
    if (pods?.type !== 'list') return { writes: [], failed: true };
    if (pods.items.some((stored) => isUsing((stored as Stored<Pod>).value, key))) return undefined;
    const claim = objectAt(manager.informers, PERSISTENT_VOLUME_CLAIMS, key);
    return claim && release(claim, CLAIM_FINALIZER, CLAIMS_CLIENT);
  },
  watches: {
    persistentVolumeClaims: (manager, _former, current) => {
      if (current !== undefined && isHeld(current, CLAIM_FINALIZER)) enqueue(manager, CLAIMS_NAME, keyOf(current));
    },
    pods: (manager, former, current) => {
      // Only a pod that uses its claims no more can let one go.
      if (current === undefined) for (const claim of former?.claims ?? []) enqueue(manager, CLAIMS_NAME, claim);
    },
  },
};

const LISTED = 'listed';

const isUsing = (pod: Pod, claim: string): boolean => (pod.spec.nodeName ?? '') !== '' && claimsOf(pod).includes(claim);

const VOLUME_FINALIZER = 'kubernetes.io/pv-protection';
const VOLUMES_NAME = 'persistentvolume-protection-controller';
const VOLUMES_CLIENT = serviceAccountClient('pv-protection-controller', 'kube-controller-manager');

/** A volume is used while it is bound to a claim. */
export const persistentVolumeProtection: ManagedController = {
  name: VOLUMES_NAME,
  workers: 1,
  reconcile: (manager, key) => {
    const volume = objectAt(manager.informers, PERSISTENT_VOLUMES, key);
    return volume === undefined || volume.value.status?.phase === 'Bound' ? undefined : release(volume, VOLUME_FINALIZER, VOLUMES_CLIENT);
  },
  watches: {
    persistentVolumes: (manager, _former, current) => {
      if (current !== undefined && isHeld(current, VOLUME_FINALIZER)) enqueue(manager, VOLUMES_NAME, current.header.name);
    },
  },
};

const CLASS_FINALIZER = 'kubernetes.io/vac-protection';
const CLASSES_NAME = 'volumeattributesclass-protection-controller';
const CLASSES_CLIENT = serviceAccountClient('volumeattributesclass-protection-controller', 'kube-controller-manager');

/** A class of attributes is used by the volumes and claims that have it, had it, or are to have it. */
export const volumeAttributesClassProtection: ManagedController = {
  name: CLASSES_NAME,
  workers: 1,
  reconcile: (manager, key) => {
    const attributes = objectAt(manager.informers, VOLUME_ATTRIBUTES_CLASSES, key);
    if (attributes === undefined || !isHeld(attributes, CLASS_FINALIZER)) return undefined;
    for (const users of [objectsOf(manager.informers, PERSISTENT_VOLUMES), objectsOf(manager.informers, PERSISTENT_VOLUME_CLAIMS)]) {
      for (const { value } of users.values()) if (classesOf(value).includes(key)) return undefined;
    }
    return release(attributes, CLASS_FINALIZER, CLASSES_CLIENT);
  },
  watches: {
    volumeAttributesClasses: (manager, _former, current) => {
      if (current !== undefined && isHeld(current, CLASS_FINALIZER)) enqueue(manager, CLASSES_NAME, current.header.name);
    },
    persistentVolumes: (manager, former) => classesLeft(manager, former),
    persistentVolumeClaims: (manager, former) => classesLeft(manager, former),
  },
};

const classesLeft = (manager: ControllerManager, former: Stored<PersistentVolume> | Stored<PersistentVolumeClaim> | undefined): void => {
  if (former !== undefined) for (const name of classesOf(former.value)) enqueue(manager, CLASSES_NAME, name);
};

const classesOf = ({ spec, status }: PersistentVolume | PersistentVolumeClaim): readonly string[] => {
  const { currentVolumeAttributesClassName, modifyVolumeStatus } = (status ?? {}) as NonNullable<PersistentVolumeClaim['status']>;
  return [spec?.volumeAttributesClassName, currentVolumeAttributesClassName, modifyVolumeStatus?.targetVolumeAttributesClassName].filter((name) => name !== undefined && name !== '') as string[];
};

type Protected = Stored<PersistentVolume> | Stored<PersistentVolumeClaim> | Stored<VolumeAttributesClass>;

const isHeld = ({ value }: Protected, finalizer: string): boolean => value.metadata.deletionTimestamp !== undefined && value.metadata.finalizers?.includes(finalizer) === true;

const release = (stored: Protected, finalizer: string, client: ApiClient): Work | undefined => {
  if (!isHeld(stored, finalizer)) return undefined;
  const { header, value } = stored;
  const metadata = Object.assign({}, value.metadata, { finalizers: value.metadata.finalizers?.filter((name) => name !== finalizer) });
  return { writes: [updateRequest(client, header, Object.assign({}, value, { metadata }))] };
};
