import { readFileSync } from 'node:fs';
import { Ajv } from 'ajv';
import { describe, expect, it } from 'vitest';
import { parse } from 'yaml';
import { checkCluster, clusterErrorText, readClusterFile, readClusterText, UnreadableClusterFile } from './read-cluster.js';

const schema = JSON.parse(readFileSync(new URL('../../../cli/schemas/cluster.schema.json', import.meta.url), 'utf8')) as object;
const fits = new Ajv({ allErrors: true, strict: true, strictRequired: false }).compile(schema);

const FULL = `name: shop
mode: packed
hosts: 2
seed: 7
latency: none
controllers: all
controlPlane: { zone: a }
nodes: 2
nodeGroups:
  - name: web
    count: 3
    zone: a
    labels: { tier: web, example.com/pool: blue, empty: '' }
    taints: [{ key: dedicated, value: web, effect: NoSchedule }, { key: spot, effect: PreferNoSchedule }]
    capacity: { cpu: 16, memory: 64Gi, ephemeral-storage: 1Ti, pods: 250 }
  - { name: data, count: 0, zone: b }
links:
  - { between: [{ zone: a }, { zone: b }], latency: 2ms..5ms }
  - { between: [apiserver, { group: node, component: kubelet }], latency: 500us, oneWay: true }
  - { between: ['*', etcd], latency: 1.5s }
`;

const errorsOf = (text: string): string[] => {
  const read = readClusterText(text, 'cluster.yaml');
  return 'errors' in read ? read.errors.map(clusterErrorText) : [];
};

/** What both find wrong, with what the reader says first. */
const WRONG: readonly (readonly [string, string])[] = [
  ['', 'cluster.yaml:1: expected a mapping with name, mode'],
  ['- nodes: 3', 'cluster.yaml:1: expected a mapping'],
  ['nodes: three', 'cluster.yaml:1: nodes: expected a whole number from 0 to 100000, found "three"'],
  ['nodes: -1', 'cluster.yaml:1: nodes: expected'],
  ['nodes: 100001', 'cluster.yaml:1: nodes: expected'],
  ['seed: 1\nnode: 3', 'cluster.yaml:2: node: unknown field; there are name, mode'],
  ['name: My_Cluster', 'cluster.yaml:1: name: "My_Cluster": a lowercase RFC 1123 label must consist of'],
  ['mode: fast', 'cluster.yaml:1: mode: expected one of packed, threads, simulated, found "fast"'],
  ['hosts: 257', 'cluster.yaml:1: hosts: expected a whole number from 0 to 256'],
  ['latency: 5ms', 'cluster.yaml:1: latency: expected one of recorded, none'],
  ['controllers: some', 'cluster.yaml:1: controllers: expected one of all, none'],
  ['controlPlane: { zone: "" }', 'cluster.yaml:1: controlPlane.zone: expected a text'],
  ['nodeGroups: 3', 'cluster.yaml:1: nodeGroups: expected a list'],
  ['nodeGroups:\n  - name: web', 'cluster.yaml:2: nodeGroups[0].count: is missing'],
  ['nodeGroups:\n  - count: 3', 'cluster.yaml:2: nodeGroups[0].name: is missing'],
  ['nodeGroups: [{ name: node, count: 1 }]', 'cluster.yaml:1: nodeGroups[0].name: nodes of the name node-1 are those'],
  ['nodeGroups: [{ name: a.b, count: 1 }]', 'cluster.yaml:1: nodeGroups[0].name: "a.b": must not contain dots'],
  ['nodeGroups:\n  - name: web\n    count: 1\n    labels: { bad key: x }', 'cluster.yaml:4: nodeGroups[0].labels["bad key"]: "bad key": name part must consist of'],
  ['nodeGroups: [{ name: web, count: 1, labels: { a/b/c: x } }]', 'cluster.yaml:1: nodeGroups[0].labels["a/b/c"]: '],
  ['nodeGroups: [{ name: web, count: 1, labels: { big: 4 } }]', 'cluster.yaml:1: nodeGroups[0].labels["big"]: expected a text (numbers'],
  ['nodeGroups: [{ name: web, count: 1, labels: { big: very big } }]', 'cluster.yaml:1: nodeGroups[0].labels["big"]: "very big": a valid label must be'],
  ['nodeGroups: [{ name: web, count: 1, labels: { topology.kubernetes.io/zone: a } }]', 'cluster.yaml:1: nodeGroups[0].labels["topology.kubernetes.io/zone"]: is what the field `zone`'],
  ['nodeGroups: [{ name: web, count: 1, taints: [{ key: a, effect: Never }] }]', 'cluster.yaml:1: nodeGroups[0].taints[0].effect: expected one of NoSchedule, PreferNoSchedule, NoExecute, found "Never"'],
  ['nodeGroups: [{ name: web, count: 1, taints: [{ effect: NoExecute }] }]', 'cluster.yaml:1: nodeGroups[0].taints[0].key: is missing'],
  ['nodeGroups: [{ name: web, count: 1, capacity: { cpu: lots } }]', 'cluster.yaml:1: nodeGroups[0].capacity.cpu: expected an amount such as 4, 500m or 8Gi, found "lots"'],
  ['nodeGroups: [{ name: web, count: 1, capacity: { memory: -8Gi } }]', 'cluster.yaml:1: nodeGroups[0].capacity.memory: expected an amount'],
  ['nodeGroups: [{ name: web, count: 1, capacity: { memory: -8 } }]', 'cluster.yaml:1: nodeGroups[0].capacity.memory: expected an amount'],
  ['nodeGroups: [{ name: web, count: 1, capacity: { pods: 1.5 } }]', 'cluster.yaml:1: nodeGroups[0].capacity.pods: expected a whole number of pods'],
  ['nodeGroups: [{ name: web, count: 1, capacity: { disk: 3 } }]', 'cluster.yaml:1: nodeGroups[0].capacity.disk: unknown field; there are cpu, memory, ephemeral-storage, pods'],
  ['links: [{ between: [apiserver], latency: 1ms }]', 'cluster.yaml:1: links[0].between: expected the two ends of a link'],
  ['links: [{ between: [apiserver, kubectl], latency: 1ms }]', 'cluster.yaml:1: links[0].between[1]: expected one of *, etcd'],
  ['links: [{ between: [apiserver, { kind: kubelet }], latency: 1ms }]', 'cluster.yaml:1: links[0].between[1].kind: unknown field; there are component, group, zone'],
  ['links: [{ between: [apiserver, kubelet], latency: 5 }]', 'cluster.yaml:1: links[0].latency: expected a latency such as 20ms, or a span such as 10ms..30ms, found 5'],
  ['links: [{ between: [apiserver, kubelet], latency: 5m }]', 'cluster.yaml:1: links[0].latency: expected a latency'],
  ['links: [{ between: [apiserver, kubelet] }]', 'cluster.yaml:1: links[0].latency: is missing'],
  ['links: [{ between: [apiserver, kubelet], latency: 1ms, oneWay: maybe }]', 'cluster.yaml:1: links[0].oneWay: expected true or false'],
];

/** What only the whole file can tell: a schema cannot. */
const WRONG_TOGETHER: readonly (readonly [string, string])[] = [
  ['nodeGroups:\n  - { name: web, count: 1 }\n  - { name: web, count: 2 }', 'cluster.yaml:3: nodeGroups[1].name: nodeGroups[0] has the name "web" already'],
  ['nodes: 60000\nnodeGroups:\n  - { name: web, count: 60000 }', 'cluster.yaml:3: nodeGroups: 120000 nodes are more than the 100000'],
  [`nodeGroups:\n  - { name: ${'w'.repeat(62)}, count: 10 }`, 'cluster.yaml:2: nodeGroups[0].name: www'],
  ['mode: threads\nhosts: 2', 'cluster.yaml:2: hosts: mode threads has no number of hosts'],
  ['nodeGroups: [{ name: web, count: 1, zone: a }]\nlinks: [{ between: [{ zone: b }, apiserver], latency: 1ms }]', 'cluster.yaml:2: links[0].between[0].zone: there is no zone "b"; there is a'],
  ['links: [{ between: [{ group: web }, apiserver], latency: 1ms }]', 'cluster.yaml:1: links[0].between[0].group: there is no group "web"; there is node'],
  ['links: [{ between: [etcd, apiserver], latency: 3ms..1ms }]', 'cluster.yaml:1: links[0].latency: expected a latency'],
];

describe('a cluster file', () => {
  it('that says everything is read as it stands', () => {
    const read = readClusterText(FULL, 'cluster.yaml');
    if ('errors' in read) throw new Error(read.errors.map(clusterErrorText).join('\n'));
    expect(read.cluster).toMatchObject({ name: 'shop', hosts: 2, nodes: 2, controlPlane: { zone: 'a' }, links: [{ latency: '2ms..5ms' }, { oneWay: true }, { between: ['*', 'etcd'] }] });
    expect(read.cluster.nodeGroups?.[0]).toEqual({
      name: 'web', count: 3, zone: 'a', labels: { tier: 'web', 'example.com/pool': 'blue', empty: '' },
      taints: [{ key: 'dedicated', value: 'web', effect: 'NoSchedule' }, { key: 'spot', effect: 'PreferNoSchedule' }],
      capacity: { cpu: '16', memory: '64Gi', 'ephemeral-storage': '1Ti', pods: '250' },
    });
  });

  it.each([...WRONG, ...WRONG_TOGETHER])('that is wrong is refused with file, line and field: %j', (text, expected) => {
    expect(errorsOf(text)[0]?.slice(0, expected.length)).toBe(expected);
  });

  it('of which several things are wrong has all of them told', () => expect(errorsOf('nodes: x\nseed: y\nhosts: z')).toHaveLength(3));

  it('that is no YAML, or several documents, is refused with its line', () => {
    expect(errorsOf('nodes: [1\nmode: packed')[0]).toMatch(/^cluster\.yaml:[12]: /);
    expect(errorsOf('nodes: 1\n---\nnodes: 2')).toEqual(['cluster.yaml:3: a cluster file is one document']);
  });

  it('may name a part with an anchor and use it again', () => {
    const read = readClusterText('nodeGroups:\n  - &web { name: web, count: 2, labels: { tier: web } }\n  - { <<: *web, name: api }\nlinks:\n  - { between: [&api { group: api }, etcd], latency: 1ms }\n  - { between: [*api, apiserver], latency: 2ms }\n', 'cluster.yaml');
    expect(read).toMatchObject({ cluster: { nodeGroups: [{ name: 'web' }, { name: 'api', count: 2, labels: { tier: 'web' } }], links: [{}, { between: [{ group: 'api' }, 'apiserver'] }] } });
  });

  it('that is not there is another matter', () => expect(() => readClusterFile('nowhere.yaml')).toThrow(UnreadableClusterFile));
});

describe('an object of the same form', () => {
  it('is read the same', () => {
    const read = readClusterText(FULL, 'cluster.yaml');
    expect(checkCluster(parse(FULL) as object)).toEqual(read);
    expect(checkCluster({ nodes: 3, seed: undefined })).toEqual({ cluster: { nodes: 3 } });
  });

  it('is refused with the field, as there is no line', () => {
    const checked = checkCluster({ nodeGroups: [{ name: 'web', count: 1.5 }] });
    expect('errors' in checked && checked.errors.map(clusterErrorText)).toEqual(['nodeGroups[0].count: expected a whole number from 0 to 100000, found 1.5']);
  });
});

describe('the JSON schema for editors', () => {
  it('takes what the reader takes', () => {
    for (const text of [FULL, 'nodes: 0', 'nodeGroups: [{ name: a, count: 1, capacity: { cpu: 500m, memory: 1e9, pods: "7" } }]']) {
      fits(parse(text));
      expect(fits.errors ?? []).toEqual([]);
      expect(errorsOf(text)).toEqual([]);
    }
  });

  it.each(WRONG)('refuses what the reader refuses: %j', (text) => expect(fits(parse(text))).toBe(false));

  it('knows the same fields as the reader, everywhere', () => {
    const fieldsAt = (text: string): string[] => /there are (?<names>.*)$/.exec(errorsOf(text)[0] ?? '')?.groups?.['names']?.split(', ').sort() ?? [];
    const inSchema = (pointer: string): string[] => Object.keys(pointer.split('/').reduce((node, step) => (node as Record<string, object>)[step] ?? {}, schema)).sort();
    expect(inSchema('properties')).toEqual(fieldsAt('x: 1'));
    expect(inSchema('properties/controlPlane/properties')).toEqual(['zone']);
    expect(inSchema('definitions/nodeGroup/properties')).toEqual(fieldsAt('nodeGroups: [{ name: a, count: 1, x: 1 }]'));
    expect(inSchema('definitions/nodeGroup/properties/capacity/properties')).toEqual(fieldsAt('nodeGroups: [{ name: a, count: 1, capacity: { x: 1 } }]'));
    expect(inSchema('definitions/nodeGroup/properties/taints/items/properties')).toEqual(fieldsAt('nodeGroups: [{ name: a, count: 1, taints: [{ key: a, effect: NoExecute, x: 1 }] }]'));
    expect(inSchema('definitions/link/properties')).toEqual(fieldsAt('links: [{ between: [etcd, etcd], latency: 1s, x: 1 }]'));
  });
});
