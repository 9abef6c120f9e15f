import type { KubernetesObject } from '@naumachia/actors';
import { isSuccess, messageOf, resourceOf, type WorkloadClient } from './workload-client.js';
import { WorkloadFailed } from './workload-failed.js';

/** The templates of a pod's claim and of the volume that is bound to it. */
export interface VolumeTemplates {
  readonly persistentVolume: KubernetesObject;
  readonly persistentVolumeClaim: KubernetesObject;
}

/**
 * Gives pod `index` of a namespace a claim `pvc-INDEX` and a volume that is bound to it, which no controller has to bind (test/utils/runners.go
 * `CreatePodWithPersistentVolume`). Returns the pod with its only volume.
 */
export const createVolume = async (client: WorkloadClient, { persistentVolume, persistentVolumeClaim }: VolumeTemplates, namespace: string, index: number, pod: KubernetesObject): Promise<KubernetesObject> => {
  const claimName = `pvc-${index}`;
  const volumeName = `${namespace}-vol-${index}`;
  const claim = named(persistentVolumeClaim, claimName, { volumeName });
  const volume = named(persistentVolume, volumeName, { ...sourceOf(persistentVolume, volumeName, index), claimRef: { kind: 'PersistentVolumeClaim', namespace, name: claimName, apiVersion: 'v1' } });
  // The claim first, which the volume names; and statuses apart, as those of a creation are the API server's.
  for (const [object, within] of [[claim, namespace], [volume, '']] as const) {
    await client.create(object, within);
    const name = object.metadata.name ?? '';
    const answer = await client.ask({ type: 'update', resource: resourceOf(object).groupResource, namespace: within, name, subresource: 'status', object: { ...object, status: { phase: 'Bound' } }, brief: true });
    if (!isSuccess(answer)) throw new WorkloadFailed(`the status of ${object.kind} ${name} was refused: ${messageOf(answer)}`);
  }
  return { ...pod, spec: { ...(pod['spec'] as object), volumes: [{ name: 'vol', persistentVolumeClaim: { claimName } }] } };
};

const named = (template: KubernetesObject, name: string, spec: object): KubernetesObject => ({ ...template, metadata: { ...template.metadata, name }, spec: { ...(template['spec'] as object), ...spec } });

/** Each volume leads to a disk of its own. */
const sourceOf = (template: KubernetesObject, volumeName: string, index: number): object => {
  const { csi, awsElasticBlockStore } = template['spec'] as { readonly csi?: object; readonly awsElasticBlockStore?: object };
  if (csi) return { csi: { ...csi, volumeHandle: volumeName } };
  return awsElasticBlockStore ? { awsElasticBlockStore: { ...awsElasticBlockStore, volumeID: `vol-${index}` } } : {};
};
