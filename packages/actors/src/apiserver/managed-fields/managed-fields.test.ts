import { describe, expect, it } from 'vitest';
import type { KubernetesObject } from '../../api/object.js';
import { kindOfResource, type Kind } from '../registry.js';
import { entriesAfterCreate, entriesAfterUpdate } from './tracking.js';

const kind = (resource: string): Kind => {
  const found = kindOfResource(resource);
  if (found === undefined) throw new Error(`no kind ${resource}`);
  return found;
};
const NOW = '2026-01-01T00:00:00Z';
const LATER = '2026-01-01T00:01:00Z';
const configMap = (data: Record<string, string>, managedFields?: unknown): KubernetesObject =>
  ({ apiVersion: 'v1', kind: 'ConfigMap', metadata: { name: 'm', namespace: 'n', ...(managedFields !== undefined && { managedFields }) }, data }) as unknown as KubernetesObject;

describe('managedFields', () => {
  it('of a new object name what was sent, not what is empty or the server’s', () => {
    const pod: KubernetesObject = {
      apiVersion: 'v1', kind: 'Pod', metadata: { name: 'p', labels: { app: 'web' } },
      spec: { containers: [{ name: 'c', image: 'nginx', resources: {}, ports: [{ containerPort: 80, protocol: 'TCP' }] }] }, status: { phase: 'Pending' },
    };
    const [entry, ...others] = entriesAfterCreate(kind('pods'), pod, { fieldManager: 'me' }, NOW) ?? [];
    expect(others).toEqual([]);
    expect(entry?.fieldsV1).toBe(
      '{"f:metadata":{"f:labels":{".":{},"f:app":{}}},"f:spec":{"f:containers":{"k:{\\"name\\":\\"c\\"}":{".":{},"f:image":{},"f:name":{},"f:ports":{".":{},"k:{\\"containerPort\\":80,\\"protocol\\":\\"TCP\\"}":{".":{},"f:containerPort":{},"f:protocol":{}}},"f:resources":{}}}}}',
    );
  });

  it('that cannot be read are as good as none, also in a copy of an entry that could', () => {
    const first = entriesAfterCreate(kind('configmaps'), configMap({ a: '1' }), { fieldManager: 'one' }, NOW);
    const live = configMap({ a: '1' }, first);
    for (const fieldsV1 of ['x', '"x"', '[1]', '5', '{"x":{}}']) {
      const copied = first?.map((entry) => Object.assign({}, entry, { fieldsV1 }));
      expect(entriesAfterUpdate(kind('configmaps'), configMap({ a: '1' }, copied), live, { fieldManager: 'two', fieldValidation: 'Warn' }, LATER)).toBe(first);
    }
  });

  it('move to whoever changes a value, and keep their time where nothing moved', () => {
    const data = { a: '1', b: '1' };
    const first = entriesAfterCreate(kind('configmaps'), configMap(data), { fieldManager: 'one' }, NOW);
    const live = configMap(data, first);
    const second = entriesAfterUpdate(kind('configmaps'), configMap({ a: '2', b: '1' }), live, { fieldManager: 'two' }, LATER);
    expect(second?.map(({ manager, time, fieldsV1 }) => ({ manager, time, fieldsV1 }))).toEqual([
      { manager: 'one', time: NOW, fieldsV1: '{"f:data":{".":{},"f:b":{}}}' },
      { manager: 'two', time: LATER, fieldsV1: '{"f:data":{"f:a":{}}}' },
    ]);
    expect(entriesAfterUpdate(kind('configmaps'), configMap(data), live, { fieldManager: 'two' }, LATER)).toBe(first);
  });

  it('stay absent from an object that nobody managed when it was made', () => {
    expect(entriesAfterUpdate(kind('configmaps'), configMap({ a: '1' }), configMap({}), { fieldManager: 'one' }, NOW)).toBeUndefined();
  });

  it('through status name the subresource and leave the spec alone', () => {
    const live = { apiVersion: 'apps/v1', kind: 'Deployment', metadata: { name: 'd', managedFields: [{ manager: 'x', operation: 'Update', apiVersion: 'apps/v1', time: NOW, fieldsType: 'FieldsV1', fieldsV1: '{"f:spec":{"f:replicas":{}}}' }] }, spec: { replicas: 1 }, status: {} } as unknown as KubernetesObject;
    const sent = { ...live, spec: { replicas: 5 }, status: { replicas: 1 } };
    const entries = entriesAfterUpdate(kind('deployments.apps'), sent, live, { fieldManager: 'controller', subresource: 'status' }, LATER) ?? [];
    expect(entries.map(({ manager, subresource, fieldsV1 }) => ({ manager, subresource, fieldsV1 }))).toEqual([
      { manager: 'x', subresource: undefined, fieldsV1: '{"f:spec":{"f:replicas":{}}}' },
      { manager: 'controller', subresource: 'status', fieldsV1: '{"f:status":{"f:replicas":{}}}' },
    ]);
  });

  it('gather the oldest of more than ten updaters', () => {
    let live = configMap({ k: '0' }, entriesAfterCreate(kind('configmaps'), configMap({ k: '0' }), { fieldManager: 'm0' }, NOW));
    for (let i = 1; i <= 14; i++) {
      const next = configMap({ ...(live.data as Record<string, string>), [`k${i}`]: 'x' });
      const entries = entriesAfterUpdate(kind('configmaps'), next, live, { fieldManager: `m${i}` }, `2026-01-01T00:00:${String(i).padStart(2, '0')}Z`);
      live = configMap(next.data as Record<string, string>, entries);
    }
    const managers = (live.metadata.managedFields ?? []).map((entry) => entry.manager);
    expect(managers).toHaveLength(10);
    expect(managers).toContain('ancient-changes');
  });
});
