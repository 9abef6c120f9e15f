import type { KubernetesObject } from '@naumachia/actors';
import type { CreatePods } from './operation.js';
import { createVolume } from './volume-creation.js';
import { inParallel, type WorkloadClient } from './workload-client.js';

/** `workqueue.ParallelizeUntil(ctx, 30, ...)` of test/utils/runners.go: how many pods are created side by side. */
export const CREATES_AT_ONCE = 30;

/** `testutils.MakePodSpec` and `makeBasePod`: the pod of a workload that names no template. */
export const BASE_POD: KubernetesObject = {
  apiVersion: 'v1',
  kind: 'Pod',
  metadata: { generateName: 'pod-' },
  spec: {
    containers: [{ name: 'pause', image: 'registry.k8s.io/pause:3.10.2', ports: [{ containerPort: 80 }], resources: { limits: { cpu: '100m', memory: '500Mi' }, requests: { cpu: '100m', memory: '500Mi' } } }],
  },
};

/** The objects of an operation. They are made before it begins, so that reading templates takes nothing from what is measured. */
export const podsOf = ({ count, template }: CreatePods): readonly KubernetesObject[] => Array.from({ length: count }, (_, index) => (template ? template.make(index, count) : BASE_POD));

/** Creates pods, each with its volume if the operation has templates of one. */
export const createPodsRapidly = async (client: WorkloadClient, namespace: string, pods: readonly KubernetesObject[], { persistentVolume, persistentVolumeClaim }: CreatePods, over: AbortSignal, created: () => void): Promise<void> => {
  const volumes = persistentVolume && persistentVolumeClaim ? { persistentVolume: persistentVolume.sample, persistentVolumeClaim: persistentVolumeClaim.sample } : undefined;
  await inParallel(pods.length, CREATES_AT_ONCE, async (index) => {
    const pod = pods[index];
    if (over.aborted || !pod) return;
    await client.create(volumes ? await createVolume(client, volumes, namespace, index, pod) : pod, namespace);
    created();
  });
};
