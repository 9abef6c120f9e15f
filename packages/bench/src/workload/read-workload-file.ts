import { readFileSync } from 'node:fs';
import { dirname, resolve } from 'node:path';
import { isMap, isScalar, isSeq, type Node } from 'yaml';
import { documentRoot } from '../yaml/document.js';
import { type FileError, listOf, mapping, optional, type Parser, type Place, report, required, scalar, shown } from '../yaml/place.js';
import { text } from '../yaml/values.js';
import { templateReader } from './object-template.js';
import type { CreatePodSets, Operation } from './operation.js';
import { flag, labels, mapOf, operation, type OperationContext } from './operation-fields.js';
import type { Parameters } from './parameters.js';
import { type CollectedMetrics, THROUGHPUT_SELECTOR, type ThresholdSelector, type Workload, type WorkloadFile } from './workload-file.js';

/** A workload file that cannot be read at all. */
export class UnreadableWorkloadFile extends Error {
  override readonly name = 'UnreadableWorkloadFile';
}

/** Something that is wrong with a workload file or one of its templates. */
export type WorkloadFileError = FileError;

export type ReadWorkloadFile = { readonly file: WorkloadFile } | { readonly errors: readonly WorkloadFileError[] };

/** Reads a workload file and all the templates that it names; either all of it is right, or everything that is wrong is told. */
export const readWorkloadFile = (path: string): ReadWorkloadFile => {
  let source: string;
  try {
    source = readFileSync(path, 'utf8');
  } catch (error) {
    throw new UnreadableWorkloadFile(`cannot read ${path}: ${(error as NodeJS.ErrnoException).code ?? String(error)}`, { cause: error });
  }
  const root = documentRoot(source, path, 'a workload file');
  const { errors } = root;
  if (errors.length > 0) return { errors };
  const topic = topicOf(path);
  const workloads = isSeq(root.node) && root.node.items.length > 0 ? (listOf(testCase(dirname(path), topic))(root) ?? []).flat() : report(root, `expected a list of test cases, found ${shown(root)}`);
  if (errors.length === 0) refuseTwins(root, 'test case');
  // A template is found wrong by every operation that names it.
  return workloads === undefined || errors.length > 0 ? { errors: unique(errors) } : { file: { path, topic, workloads } };
};

const unique = (errors: readonly WorkloadFileError[]): WorkloadFileError[] => [...new Map(errors.map((error) => [JSON.stringify(error), error])).values()].sort((a, b) => (a.file === b.file ? a.line - b.line : 0));

/** As the tests of scheduler_perf name their topics: `misc`, `eventhandling`, `dra_devicetaints`. */
const topicOf = (path: string): string => {
  const folders = dirname(resolve(path)).split('/').filter((folder) => folder !== '');
  const below = folders.slice(folders.lastIndexOf('scheduler_perf') + 1);
  return (folders.includes('scheduler_perf') ? below : folders.slice(-1)).map((folder) => folder.replaceAll('_', '')).join('_');
};

const number: Parser<number> = scalar((value) => (typeof value === 'number' && value >= 0 ? value : undefined), 'a number from 0');
const metrics: Parser<CollectedMetrics> = (place) => {
  const read = mapping({ metrics: required(mapOf(listOf(mapping({ label: required(text), values: required(listOf(text)) }, 'any case')))) }, 'any case')(place);
  return read?.metrics;
};
const selector: Parser<ThresholdSelector> = (place) => {
  const read = mapping({ name: required(text), labels: optional(labels), dataBucket: required(text), expectLower: optional(flag) }, 'any case')(place);
  return read && { name: read.name, labels: read.labels ?? {}, dataBucket: read.dataBucket, expectLower: read.expectLower ?? false };
};
/** One number, or one for each topic. */
const threshold = (topic: string): Parser<number> => (place) => (isMap(place.node) ? mapOf(number)(place)?.[topic] ?? 0 : number(place));
const anything: Parser<unknown> = (place) => place.node ?? null;

const testCase = (folder: string, topic: string): Parser<readonly Workload[]> => {
  const template = templateReader(folder);
  const gates = optional(mapOf(flag));
  const fields = mapping({
    name: required(text), featureGates: gates, metricsCollectorConfig: optional(metrics), workloadTemplate: required(anything), workloads: required(anything), schedulerConfigPath: optional(text),
    defaultPodTemplatePath: optional(text), labels: optional(listOf(text)), defaultThresholdMetricSelector: optional(selector),
  }, 'any case');
  const workloadFields = mapping({
    name: required(text), params: optional(mapOf(plain)), labels: optional(listOf(text)), threshold: optional(threshold(topic)), thresholdMetricSelector: optional(selector), featureGates: gates,
  }, 'any case');

  return (place) => {
    const read = fields(place);
    if (read === undefined) return undefined;
    const below = (name: 'workloadTemplate' | 'workloads'): Place => ({ ...place, node: read[name], field: `${place.field}.${name}` });
    const context = { template, defaultPodTemplatePath: read.defaultPodTemplatePath };
    const before = place.errors.length;
    const form = operations(below('workloadTemplate'), { ...context, parameters: undefined });
    if (form === undefined || place.errors.length > before) return undefined;
    if (!form.some(collects)) return report(below('workloadTemplate'), 'no operation collects metrics: set collectMetrics, or use startCollectingMetrics and stopCollectingMetrics');
    refuseTwins(below('workloads'), 'workload');
    const listed = listOf<Workload>((at) => {
      const own = workloadFields(at);
      if (own === undefined) return undefined;
      const parameters: Parameters = { workload: `${read.name}/${own.name}`, values: own.params ?? {}, used: new Set() };
      const unrolled = operations(below('workloadTemplate'), { ...context, parameters });
      if (unrolled === undefined) return undefined;
      const featureGates = { ...read.featureGates, ...own.featureGates };
      const unused = Object.keys(parameters.values).filter((name) => !parameters.used.has(name) && !(name in PARAMETERS_OF_THE_TESTS));
      if (unused.length > 0) return report({ ...at, field: `${at.field}.params` }, `no operation uses ${unused.map((name) => JSON.stringify(name)).join(', ')}: a typing error?`);
      return {
        name: parameters.workload, testCase: read.name, line: at.lines.linePos(at.offset).line, labels: [...(read.labels ?? []), ...(own.labels ?? [])], featureGates,
        schedulerConfigPath: read.schedulerConfigPath, operations: unrolled, metrics: read.metricsCollectorConfig ?? {}, threshold: own.threshold ?? 0,
        thresholdSelector: own.thresholdMetricSelector ?? read.defaultThresholdMetricSelector ?? THROUGHPUT_SELECTOR,
      };
    })(below('workloads'));
    if (listed?.length === 0 && place.errors.length === before) return report(below('workloads'), 'there are no workloads');
    return listed;
  };
};

/** Parameters that scheduler_perf's own tests ask for, not the operations (nodedeclaredfeatures/node_declared_features_test.go). */
const PARAMETERS_OF_THE_TESTS: Readonly<Record<string, true>> = { numNodeDeclaredFeatures: true };

const plain: Parser<unknown> = (place) => (isScalar(place.node) ? place.node.value : report(place, `expected a number, a text, true or false, found ${shown(place)}`));

const operations = (place: Place, context: OperationContext): readonly Operation[] | undefined => {
  const before = place.errors.length;
  const read = listOf(operation(context))(place);
  if (read?.length === 0 && place.errors.length === before) return report(place, 'there are no operations');
  return place.errors.length > before ? undefined : read?.flatMap(unrolled);
};

/** Sets of pods become an operation for each namespace: they count where operations are numbered. */
const unrolled = (each: Operation | CreatePodSets): readonly Operation[] =>
  each.opcode === 'createPodSets' ? Array.from({ length: each.count }, (_, index) => ({ ...each.createPods, namespace: `${each.namespacePrefix}-${index}` })) : [each];

const collects = (each: Operation): boolean => each.opcode === 'stopCollectingMetrics' || (each.opcode === 'createPods' && each.collectMetrics);

const refuseTwins = (place: Place, what: string): void => {
  if (!isSeq(place.node)) return;
  const seen = new Set<unknown>();
  for (const [index, item] of place.node.items.entries()) {
    const name: unknown = isMap(item) ? item.get('name') : undefined;
    if (name !== undefined && seen.has(name)) report({ ...place, node: item as Node, field: `${place.field}[${index}].name` }, `there is another ${what} ${JSON.stringify(name)}`);
    seen.add(name);
  }
};
