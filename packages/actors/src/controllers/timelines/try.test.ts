import { readFileSync } from 'node:fs';
import { named, seconds, Simulation } from '@naumachia/core';
import { test } from 'vitest';
import type { ApiRequest } from '../../api/requests.js';
import { apiserver } from '../../apiserver/index.js';
import { etcd } from '../../etcd/index.js';
import { controllerManager } from '../controller-manager.js';
import { smallKubelet } from './small-kubelet.js';

test('try', () => {
  const sim = new Simulation({ seed: 1, definitions: [etcd, apiserver, controllerManager, smallKubelet] });
  sim.start([{ name: 'etcd', kind: 'etcd', config: {} }, { name: 'apiserver', kind: 'apiserver', config: {} }, { name: 'controller-manager', kind: 'controller-manager', config: { rootCa: 'x' } }, { name: 'small-kubelet', kind: 'small-kubelet', config: { nodes: 5 } }]);
  sim.advance(seconds(5));
  const user = { name: 'admin', groups: ['system:masters'] };
  const api = named<ApiRequest>('apiserver');
  const d = JSON.parse(JSON.parse(readFileSync('/work/shared/golden/timelines/deploy-create.json', 'utf8')).files['d.yaml'][0]);
  const r = sim.ask(api, { type: 'create', user, fieldManager: 'kubectl-create', resource: 'deployments.apps', namespace: 'default', object: { ...d, metadata: { ...d.metadata, namespace: 'default' } } });
  console.log(JSON.stringify(r).slice(0, 500));
  sim.advance(seconds(10));
  for (const resource of ['deployments.apps', 'replicasets.apps', 'pods', 'events', 'serviceaccounts', 'configmaps']) {
    const l = sim.ask(api, { type: 'list', user, resource, namespace: '' });
    if (l.type === 'list') for (const o of l.items) console.log(resource, o.header.namespace, o.header.name, JSON.stringify({ s: o.value.status, m: o.value.message }).slice(0, 600));
    else console.log(JSON.stringify(l));
  }
});
