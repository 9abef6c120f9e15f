import { describe, expect, test } from 'vitest';
import { apiType, kindType, objectMetaType } from './fields.js';
import { apiGroups, apiResources, resourceByGroupResource, resourceByKind, resourceByPath, resourceByWord, subresourceOf, typeOfResource } from './resources.js';

describe('the registry of kinds', () => {
  test('finds a resource by path, kind, GroupResource and by what people type', () => {
    const deployments = resourceByPath('apps/v1', 'deployments');
    expect(deployments).toMatchObject({ kind: 'Deployment', groupResource: 'deployments.apps', namespaced: true, shortNames: ['deploy'], categories: ['all'], listKind: 'DeploymentList' });
    expect(resourceByKind('apps/v1', 'Deployment')).toBe(deployments);
    expect(resourceByGroupResource('deployments.apps')).toBe(deployments);
    for (const word of ['deploy', 'deployment', 'deployments', 'deployments.apps', 'deployments.v1.apps', 'deploy.apps']) expect(resourceByWord(word)).toBe(deployments);
    expect(resourceByWord('po')?.kind).toBe('Pod');
    expect(resourceByPath('apps/v1', 'none')).toBeUndefined();
  });

  test('knows in which version and under which name objects are stored', () => {
    expect(resourceByGroupResource('horizontalpodautoscalers.autoscaling')?.version).toBe('v2');
    expect(resourceByPath('autoscaling/v1', 'horizontalpodautoscalers')?.storedApiVersion).toBe('autoscaling/v2');
    expect(resourceByPath('events.k8s.io/v1', 'events')).toMatchObject({ storedApiVersion: 'v1', storedResource: 'events' });
    expect(resourceByWord('ev')?.apiVersion).toBe('v1');
    const elsewhere = apiResources().filter((resource) => resource.storedApiVersion !== resource.apiVersion).map((resource) => `${resource.apiVersion}/${resource.resource}`);
    expect(elsewhere).toEqual(['events.k8s.io/v1/events', 'autoscaling/v1/horizontalpodautoscalers']);
  });

  test('lists subresources with the kind that they carry', () => {
    const pods = resourceByPath('v1', 'pods');
    if (pods === undefined) throw new Error('no pods');
    expect(subresourceOf(pods, 'binding')).toEqual({ name: 'binding', apiVersion: 'v1', kind: 'Binding', verbs: ['create'] });
    expect(subresourceOf(pods, 'eviction')).toMatchObject({ apiVersion: 'policy/v1', kind: 'Eviction' });
    expect(subresourceOf(pods, 'none')).toBeUndefined();
  });

  test('has a table for every kind and its list, and for what its subresources carry', () => {
    for (const resource of apiResources()) {
      expect(typeOfResource(resource).field.get('metadata')?.type.struct).toBe(objectMetaType());
      if (resource.verbs.includes('list')) expect(kindType(resource.apiVersion, resource.listKind)?.field.has('items')).toBe(true);
      for (const subresource of resource.subresources) expect(kindType(subresource.apiVersion, subresource.kind), `${resource.resource}/${subresource.name}`).toBeDefined();
    }
    expect(apiResources().length).toBe(68);
  });

  test('begins with the core group', () => {
    expect(apiGroups()[0]).toEqual({ name: '', preferredVersion: 'v1', versions: ['v1'] });
    expect(apiGroups().find((group) => group.name === 'autoscaling')).toEqual({ name: 'autoscaling', preferredVersion: 'v2', versions: ['v2', 'v1'] });
  });
});

describe('the fields of a type', () => {
  test('are indexed by their JSON names, embedded ones included', () => {
    const volume = apiType('core.v1.Volume');
    expect(volume?.fields.slice(0, 3).map((field) => field.name)).toEqual(['name', 'hostPath', 'emptyDir']);
    expect(volume?.field.get('emptyDir')?.type.struct?.goName).toBe('EmptyDirVolumeSource');
    expect(volume?.message.map((part) => part.number)).toEqual([1, 2]);
  });

  test('tell how lists are merged and owned', () => {
    const container = apiType('core.v1.Container');
    expect(container?.field.get('ports')).toMatchObject({ patchStrategy: ['merge'], mergeKey: 'containerPort', listType: 'map', listMapKeys: ['containerPort', 'protocol'] });
    expect(container?.field.get('command')).toMatchObject({ patchStrategy: [], listType: 'atomic' });
    expect(apiType('core.v1.PodSpec')?.field.get('volumes')?.patchStrategy).toEqual(['merge', 'retainKeys']);
    expect(apiType('core.v1.ContainerPort')?.field.get('protocol')).toMatchObject({ default: 'TCP', enum: ['SCTP', 'TCP', 'UDP'] });
    expect(objectMetaType().field.get('finalizers')).toMatchObject({ listType: 'set', patchStrategy: ['merge'] });
    expect(apiType('core.v1.ServiceSpec')?.field.get('selector')?.atomic).toBe(true);
    expect(apiType('core.v1.SecretKeySelector')?.atomic).toBe(true);
  });

  test('tell what Go writes when nothing was given', () => {
    const spec = apiType('core.v1.PodSpec');
    expect(spec?.field.get('containers')).toMatchObject({ absent: 'zero', zero: null, required: true });
    expect(spec?.field.get('nodeName')?.absent).toBe('omitted');
    expect(apiType('core.v1.Container')?.field.get('resources')?.absent).toBe('struct');
    expect(objectMetaType().field.get('creationTimestamp')?.absent).toBe('omitted');
    expect(apiType('core.v1.ServicePort')?.field.get('targetPort')).toMatchObject({ absent: 'zero', zero: 0 });
  });

  test('are interned', () => {
    expect(kindType('v1', 'Pod')).toBe(apiType('core.v1.Pod'));
    expect(kindType('v1', 'Nothing')).toBeUndefined();
  });
});
