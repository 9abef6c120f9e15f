import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { missingFor, remarksOn } from './missing.js';
import { readWorkloadFile, UnreadableWorkloadFile } from './read-workload-file.js';
import type { Workload, WorkloadFile } from './workload-file.js';

const EXAMPLE = fileURLToPath(new URL('../../../../examples/workloads/performance-config.yaml', import.meta.url));

let folder: string;
beforeAll(() => {
  folder = join(mkdtempSync(join(tmpdir(), 'naumachia-workload-')), 'scheduler_perf', 'event_handling', 'more');
  mkdirSync(folder, { recursive: true });
  writeFileSync(join(folder, 'pod.yaml'), 'metadata: { generateName: p- }\nspec: { containers: [{ name: c, image: i }], topologySpreadConstraints: [{ maxSkew: 1, topologyKey: zone, whenUnsatisfiable: DoNotSchedule, NodeTaintsPolicy: Honor }] }\n');
  writeFileSync(join(folder, 'wrong-pod.yaml'), 'apiVersion: v1\nkind: Pod\nmetadata: { generateName: p- }\nspec:\n  containers:\n  - name: c\n    imagee: i\n');
  writeFileSync(join(folder, 'service.yaml'), 'apiVersion: v1\nkind: Service\nmetadata: { name: s }\nspec: { selector: { app: a }, ports: [{ port: 80 }] }\n');
  writeFileSync(join(folder, 'service-pod.yaml'), 'apiVersion: v1\nkind: Pod\nmetadata: { generateName: p-, labels: { app: a } }\nspec: { containers: [{ name: c, image: i }] }\n');
  writeFileSync(join(folder, 'first.yaml'), 'apiVersion: v1\nkind: Pod\nmetadata: { generateName: p- }\nspec: { priority: 10, containers: [{ name: c, image: i, resources: { requests: { cpu: "3" } } }] }\n');
  writeFileSync(join(folder, 'huge.yaml'), 'apiVersion: v1\nkind: Pod\nmetadata: { generateName: p- }\nspec: { priority: 10, containers: [{ name: c, image: i, resources: { requests: { cpu: 9 } } }] }\n');
  writeFileSync(join(folder, 'gated.yaml'), 'apiVersion: v1\nkind: Pod\nmetadata: { generateName: p- }\nspec: { schedulingGates: [{ name: g }], affinity: { podAffinity: { requiredDuringSchedulingIgnoredDuringExecution: [{ topologyKey: zone }] } }, containers: [{ name: c, image: i }] }\n');
  writeFileSync(join(folder, 'other.yaml'), 'apiVersion: example.com/v1\nkind: Other\nmetadata: { name: o }\n');
});
afterAll(() => rmSync(join(folder, '..', '..', '..'), { recursive: true, force: true }));

const read = (text: string): ReturnType<typeof readWorkloadFile> => {
  const path = join(folder, 'performance-config.yaml');
  writeFileSync(path, text);
  return readWorkloadFile(path);
};
const fileOf = (text: string): WorkloadFile => {
  const result = read(text);
  if ('errors' in result) throw new Error(JSON.stringify(result.errors, null, 1));
  return result.file;
};
const errorsOf = (text: string): string[] => {
  const result = read(text);
  return 'errors' in result ? result.errors.map(({ file, line, field, problem }) => `${file.slice(file.lastIndexOf('/') + 1)}:${line}: ${field}: ${problem}`) : [];
};
const workloadOf = (operations: string, more = '', params = '{}'): Workload => {
  const [workload] = fileOf(`- name: Case\n  workloadTemplate:\n${operations}\n  - { opcode: createPods, count: 1, collectMetrics: true }\n  workloads:\n  - name: one\n    params: ${params}\n${more}`).workloads;
  if (!workload) throw new Error('there is no workload');
  return workload;
};

describe('the example of the repository', () => {
  const result = readWorkloadFile(EXAMPLE);
  const workloads = 'file' in result ? result.file.workloads : [];

  test('is read, with the parameters of each workload in its operations', () => {
    expect(workloads.map(({ name }) => name)).toEqual(['FillCluster/20Nodes', 'FillCluster/5000Nodes', 'Zones/10Nodes', 'RoomForAll/4Nodes', 'SteadyState/5Nodes', 'Apart/5Nodes']);
    expect(workloads[1]).toMatchObject({ labels: ['performance'], threshold: 500, operations: [{ opcode: 'createNodes', count: 5000 }, { opcode: 'createPods', count: 10_000, collectMetrics: true }] });
  });

  test('has sets of pods as one operation for each namespace', () => {
    expect(workloads[2]?.operations.map((operation) => (operation.opcode === 'createPods' ? `${operation.namespace} ${operation.count}` : operation.opcode))).toEqual(['createNodes', 'createNamespaces', 'shop-0 4', 'shop-1 4', 'undefined 20']);
  });

  test('has templates that make each object by its index', () => {
    const pods = workloads[3]?.operations.find(({ opcode }) => opcode === 'createPods');
    expect(pods).toMatchObject({ count: 8, skipWaitToCompletion: true });
    expect(pods?.opcode === 'createPods' && pods.template?.make(3, 8)).toMatchObject({ kind: 'Pod', metadata: { name: 'large-3' }, spec: { containers: [{ resources: { requests: { cpu: '1', memory: '128Mi' } } }] } });
  });

  test('needs one plugin that is not built', () => {
    expect(workloads.filter((workload) => missingFor(workload).length > 0).map((workload) => [workload.name, missingFor(workload)])).toEqual([['Apart/5Nodes', ['scheduler plugin InterPodAffinity']]]);
  });
});

test('names are taken in any case, as Go takes them, in the file and in templates of typed objects', () => {
  const { operations } = workloadOf('  - { OpCode: createPods, COUNT: 3, podtemplatepath: pod.yaml }');
  expect(operations[0]).toMatchObject({ opcode: 'createPods', count: 3, template: { sample: { kind: 'Pod', apiVersion: 'v1', spec: { topologySpreadConstraints: [{ nodeTaintsPolicy: 'Honor' }] } } } });
});

test('anchors stand for what they name, and their fields may be taken over', () => {
  const { workloads } = fileOf(`
- name: First
  workloadTemplate: &operations
  - { opcode: createNodes, countParam: $nodes }
  - { opcode: createPods, countParam: $pods, collectMetrics: true }
  workloads:
  - name: small
    params: &small { nodes: 5, pods: 10 }
- name: Second
  workloadTemplate: *operations
  workloads:
  - name: larger
    params: { <<: *small, pods: 20 }
`);
  expect(workloads.map(({ name, operations }) => [name, operations.map((operation) => ('count' in operation ? operation.count : 0))])).toEqual([['First/small', [5, 10]], ['Second/larger', [5, 20]]]);
});

test('the topic is what stands below scheduler_perf, and picks the threshold', () => {
  expect(fileOf('- name: A\n  workloadTemplate: [{ opcode: createPods, collectMetrics: true }]\n  workloads: [{ name: a }]\n').topic).toBe('eventhandling_more');
  expect(workloadOf('', '    threshold: { eventhandling_more: 40, dra: 50 }\n').threshold).toBe(40);
  expect(workloadOf('', '    threshold: { dra: 50 }\n').threshold).toBe(0);
});

test('feature gates of a workload stand over those of its test case, and labels add up', () => {
  const [workload] = fileOf('- name: A\n  labels: [x]\n  featureGates: { One: true, Two: true }\n  workloadTemplate: [{ opcode: createPods, collectMetrics: true }]\n  workloads: [{ name: a, labels: [y], featureGates: { Two: false } }]\n').workloads;
  expect(workload).toMatchObject({ featureGates: { One: true, Two: false }, labels: ['x', 'y'] });
});

describe('is told to be missing', () => {
  test.each([
    ['  - { opcode: createPods, count: 1, podTemplatePath: pod.yaml }', ['scheduler plugin PodTopologySpread']],
    ['  - { opcode: createPods, count: 1, podTemplatePath: gated.yaml }', []],
    ['  - { opcode: createPods, count: 1, podTemplatePath: service-pod.yaml }', []],
    ['  - { opcode: createPods, count: 1, podTemplatePath: service-pod.yaml }\n  - { opcode: createAny, templatePath: service.yaml, namespace: n }', ['scheduler plugin PodTopologySpread']],
    ['  - { opcode: createNodes, count: 1 }\n  - { opcode: churn, mode: create, templatePaths: [first.yaml] }', ['scheduler plugin DefaultPreemption']],
    ['  - { opcode: createNodes, count: 1 }\n  - { opcode: churn, mode: create, templatePaths: [huge.yaml] }', []],
    ['  - { opcode: createAny, templatePath: other.yaml }', ['kind Other of example.com/v1']],
    ['  - { opcode: createResourceDriver, driverName: d, nodes: n }', ['operation createResourceDriver', 'scheduler plugin DynamicResources']],
    ['  - { opcode: updateAny, templatePath: gated.yaml, namespace: n, subresources: [resize] }', ['subresource pods/resize']],
  ])('%s', (operations, missing) => {
    expect(missingFor(workloadOf(operations))).toEqual(missing);
  });

  test('a feature gate that is not as it can be', () => {
    const workload = workloadOf('', '    featureGates: { DRAExtendedResource: true, DRADeviceTaints: false, DynamicResourceAllocation: true, InPlacePodVerticalScaling: false }\n');
    expect(missingFor(workload)).toEqual(['feature gate DRAExtendedResource=true', 'feature gate InPlacePodVerticalScaling=false']);
  });

  test('not the gates about how the scheduler works, of which a remark is made', () => {
    const workload = workloadOf('', '    featureGates: { SchedulerQueueingHints: false, SchedulerAsyncAPICalls: true }\n');
    expect(missingFor(workload)).toEqual([]);
    expect(remarksOn(workload)).toEqual(['feature gate SchedulerQueueingHints=false changes nothing: plugins are always asked whether an event helps a pod']);
  });
});

describe('is refused with file, line and field', () => {
  const of = (operation: string, workload = '  - name: one'): string => `- name: Case\n  workloadTemplate:\n  - ${operation}\n  - { opcode: createPods, collectMetrics: true }\n  workloads:\n${workload}\n`;
  test.each([
    [of('{ opcode: createPod }'), 'performance-config.yaml:3: [0].workloadTemplate[0].opcode: unknown operation "createPod"; there are createNodes, createNamespaces, createPods, createPodSets, deletePods, createAny, updateAny, churn, barrier, sleep, startCollectingMetrics, stopCollectingMetrics, allocResourceClaims, createResourceClaims, createResourceDriver'],
    [of('{ opcode: createNodes, counts: 3 }'), 'performance-config.yaml:3: [0].workloadTemplate[0].counts: unknown field; there are opcode, count, countParam, nodeTemplatePath, nodeAllocatableStrategy, labelNodePrepareStrategy, uniqueNodeLabelStrategy'],
    [of('{ opcode: createNodes, count: -1 }'), 'performance-config.yaml:3: [0].workloadTemplate[0].count: expected a whole number from 0 to 10000000, found -1'],
    [of('{ opcode: createNodes, countParam: nodes }'), 'performance-config.yaml:3: [0].workloadTemplate[0].countParam: expected a parameter such as $measurePods, found "nodes"'],
    [of('{ opcode: createNodes, countParam: $nodes }'), 'performance-config.yaml:3: [0].workloadTemplate[0].countParam: the workload Case/one has no parameter "nodes"'],
    [of('{ opcode: createNodes, countParam: $nodes }', '  - name: one\n    params: { nodes: many }'), 'performance-config.yaml:3: [0].workloadTemplate[0].countParam: expected a whole number from 0, and the workload Case/one gives "many" as "nodes"'],
    [of('{ opcode: createNodes }', '  - name: one\n    params: { node: 5 }'), 'performance-config.yaml:6: [0].workloads[0].params: no operation uses "node": a typing error?'],
    [of('{ opcode: createPods, podTemplatePath: nowhere.yaml }'), 'performance-config.yaml:3: [0].workloadTemplate[0]: cannot read the template nowhere.yaml: ENOENT'],
    [of('{ opcode: createPods, podTemplatePath: service.yaml }'), 'service.yaml:2: : expected a Pod, found "Service"'],
    [of('{ opcode: createPods, podTemplatePath: wrong-pod.yaml }'), 'wrong-pod.yaml:7: : unknown field "spec.containers[0].imagee"'],
    [of('{ opcode: createPods, collectMetrics: true, skipWaitToCompletion: true }'), 'performance-config.yaml:3: [0].workloadTemplate[0]: collectMetrics and skipWaitToCompletion cannot both be true'],
    [of('{ opcode: churn, mode: recreate, templatePaths: [service.yaml] }'), 'performance-config.yaml:3: [0].workloadTemplate[0]: number cannot be 0 where mode is recreate'],
    [of('{ opcode: sleep, duration: 3 }'), 'performance-config.yaml:3: [0].workloadTemplate[0].duration: expected a duration such as 500ms, 30s or 1m30s, found 3'],
    [of('{ opcode: barrier, stageRequirement: Running }'), 'performance-config.yaml:3: [0].workloadTemplate[0].stageRequirement: expected one of Scheduled, Attempted, found "Running"'],
    [of('{ opcode: sleep }', '  - name: one\n    threshold: -3'), 'performance-config.yaml:7: [0].workloads[0].threshold: expected a number from 0, found -3'],
    [of('{ opcode: sleep }', '  - name: one\n  - name: one'), 'performance-config.yaml:7: [0].workloads[1].name: there is another workload "one"'],
    ['- name: Case\n  workloadTemplate: [{ opcode: sleep }]\n  workloads: [{ name: one }]\n', 'performance-config.yaml:2: [0].workloadTemplate: no operation collects metrics: set collectMetrics, or use startCollectingMetrics and stopCollectingMetrics'],
    ['- name: Case\n  workloads: [{ name: one }]\n', 'performance-config.yaml:1: [0].workloadTemplate: is missing'],
    ['name: Case\n', 'performance-config.yaml:1: : expected a list of test cases, found a mapping'],
    ['- name: [\n', 'performance-config.yaml:2: : Flow sequence in block collection must be sufficiently indented and end with a ] at line 2, column 1:'],
  ])('%s', (text, expected) => {
    expect(errorsOf(text)).toContain(expected);
  });

  test('a file that is not there', () => {
    expect(() => readWorkloadFile(join(folder, 'nowhere.yaml'))).toThrow(UnreadableWorkloadFile);
  });
});
