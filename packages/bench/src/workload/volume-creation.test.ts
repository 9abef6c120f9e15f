import type { ApiAnswer, KubernetesObject } from '@naumachia/actors';
import { expect, test } from 'vitest';
import { createVolume } from './volume-creation.js';
import type { WorkloadClient } from './workload-client.js';

const POD: KubernetesObject = { apiVersion: 'v1', kind: 'Pod', metadata: { generateName: 'p-' }, spec: { containers: [] } };
const CLAIM: KubernetesObject = { apiVersion: 'v1', kind: 'PersistentVolumeClaim', metadata: { annotations: { 'pv.kubernetes.io/bind-completed': 'true' } }, spec: { accessModes: ['ReadOnlyMany'] } };
const volumeOf = (source: object): KubernetesObject => ({ apiVersion: 'v1', kind: 'PersistentVolume', metadata: {}, spec: { capacity: { storage: '1Gi' }, ...source } });

const recorder = (status: ApiAnswer = { type: 'written', name: 'x', uid: 'x', revision: 1 }): { readonly client: WorkloadClient; readonly asked: string[]; readonly objects: KubernetesObject[] } => {
  const asked: string[] = [];
  const objects: KubernetesObject[] = [];
  return {
    asked,
    objects,
    client: {
      ask: async (request) => {
        asked.push(`${request.type} ${request.resource} ${'name' in request ? request.name : ''} ${'subresource' in request ? request.subresource : ''}`);
        if ('object' in request) objects.push(request.object);
        return Promise.resolve(status);
      },
      create: async (object, namespace) => {
        asked.push(`create ${object.kind} ${namespace}/${object.metadata.name}`);
        objects.push(object);
        return Promise.resolve(object.metadata.name ?? '');
      },
      list: async () => Promise.resolve([]),
    },
  };
};

test('a claim and its volume are made for one another, and their statuses say so', async () => {
  const { client, asked, objects } = recorder();
  const pod = await createVolume(client, { persistentVolume: volumeOf({ csi: { driver: 'ebs.csi.aws.com' } }), persistentVolumeClaim: CLAIM }, 'shop', 3, POD);
  expect(asked).toEqual(['create PersistentVolumeClaim shop/pvc-3', 'update persistentvolumeclaims pvc-3 status', 'create PersistentVolume /shop-vol-3', 'update persistentvolumes shop-vol-3 status']);
  expect(objects[0]).toEqual({ ...CLAIM, metadata: { ...CLAIM.metadata, name: 'pvc-3' }, spec: { accessModes: ['ReadOnlyMany'], volumeName: 'shop-vol-3' } });
  expect(objects[2]?.['spec']).toEqual({ capacity: { storage: '1Gi' }, csi: { driver: 'ebs.csi.aws.com', volumeHandle: 'shop-vol-3' }, claimRef: { kind: 'PersistentVolumeClaim', namespace: 'shop', name: 'pvc-3', apiVersion: 'v1' } });
  expect(objects[3]?.['status']).toEqual({ phase: 'Bound' });
  expect(pod['spec']).toEqual({ containers: [], volumes: [{ name: 'vol', persistentVolumeClaim: { claimName: 'pvc-3' } }] });
});

test('a disk of AWS is named by its number alone', async () => {
  const { client, objects } = recorder();
  await createVolume(client, { persistentVolume: volumeOf({ awsElasticBlockStore: { volumeID: '<volume-id>' } }), persistentVolumeClaim: CLAIM }, 'shop', 0, POD);
  expect(objects[2]?.['spec']).toMatchObject({ awsElasticBlockStore: { volumeID: 'vol-0' } });
});

test('a status that is refused ends the workload', async () => {
  const { client } = recorder({ type: 'status', status: { kind: 'Status', apiVersion: 'v1', metadata: {}, status: 'Failure', message: 'no', code: 422 } });
  await expect(createVolume(client, { persistentVolume: volumeOf({}), persistentVolumeClaim: CLAIM }, 'shop', 0, POD)).rejects.toThrow('the status of PersistentVolumeClaim pvc-0 was refused: no');
});
