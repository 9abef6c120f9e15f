import { isMap, isScalar, type Node } from 'yaml';
import { oneOf, text, wholeNumber } from '../yaml/values.js';
import { listOf, mapping, optional, type Parser, type Place, report, required, scalar, shown } from '../yaml/place.js';
import { goDuration } from './go-duration.js';
import type { ObjectTemplate, TemplateKind } from './object-template.js';
import { type CreatePods, type CreatePodSets, DEVICE_OPCODES, type Labels, type NodeStrategy, type Operation } from './operation.js';
import { parameter, type Parameters } from './parameters.js';

/** What the operations of a test case are read with. */
export interface OperationContext {
  /** None: only the form is read, for no workload in particular. */
  readonly parameters: Parameters | undefined;
  readonly template: (place: Place, path: string, kind: TemplateKind, count: number) => ObjectTemplate | undefined;
  readonly defaultPodTemplatePath: string | undefined;
}

export const flag: Parser<boolean> = scalar((value) => (typeof value === 'boolean' ? value : undefined), 'true or false');
const anyText: Parser<string> = scalar((value) => (typeof value === 'string' ? value : undefined), 'a text');
const duration: Parser<number> = scalar((value) => (typeof value === 'string' ? goDuration(value) : undefined), 'a duration such as 500ms, 30s or 1m30s');
const MOST = 10_000_000;
const count = wholeNumber(0, MOST);

/** A mapping from text to what `parse` reads. */
export const mapOf = <T>(parse: Parser<T>): Parser<Readonly<Record<string, T>>> => (place) => {
  if (!isMap(place.node)) return report(place, `expected a mapping, found ${shown(place)}`);
  const entries = place.node.items.flatMap((pair) => {
    const name = isScalar(pair.key) ? String(pair.key.value) : '';
    const value = parse({ ...place, node: pair.value, field: `${place.field}.${name}`, offset: (pair.key as Node).range?.[0] ?? place.offset });
    return value === undefined ? [] : [[name, value] as const];
  });
  return Object.fromEntries(entries);
};
export const labels: Parser<Labels> = mapOf(anyText);

/** Reads one operation of `workloadTemplate`; the opcode decides which fields there are. */
export const operation = (context: OperationContext): Parser<Operation | CreatePodSets> => {
  const parsers = operationParsers(context);
  return (place) => {
    if (!isMap(place.node)) return report(place, `expected an operation, found ${shown(place)}`);
    const pair = place.node.items.find(({ key }) => isScalar(key) && String(key.value).toLowerCase() === 'opcode');
    const opcode = isScalar(pair?.value) ? String(pair.value.value) : undefined;
    const parse = opcode === undefined ? undefined : parsers[opcode];
    if (parse) return parse(place);
    return report({ ...place, node: (pair?.value as Node | undefined) ?? place.node, field: `${place.field}.opcode` }, `${opcode === undefined ? 'is missing' : `unknown operation ${JSON.stringify(opcode)}`}; there are ${Object.keys(parsers).join(', ')}`);
  };
};

const operationParsers = (context: OperationContext): Readonly<Record<string, Parser<Operation | CreatePodSets>>> => {
  const { parameters } = context;
  const opcode = required(text);
  const counted = { count: optional(count), countParam: optional(parameter(parameters, { expected: 'a whole number from 0', read: (value) => (typeof value === 'number' && Number.isInteger(value) && value >= 0 && value <= MOST ? value : undefined), standIn: 1 })) };
  const timed = { duration: optional(duration), durationParam: optional(parameter(parameters, { expected: 'a duration such as 30s', read: (value) => (typeof value === 'string' ? goDuration(value) : undefined), standIn: 1 })) };
  const path = optional(text);

  /** Reads the fields, then what they mean together, with the templates that they name. */
  const whole = <R, T>(fields: Parser<R>, complete: (read: R, place: Place, template: (kind: TemplateKind, at: string | undefined, count?: number) => ObjectTemplate | undefined) => T | undefined): Parser<T> => (place) => {
    const read = fields(place);
    if (read === undefined) return undefined;
    const before = place.errors.length;
    const completed = complete(read, place, (kind, at, of = 1) => (at === undefined ? undefined : context.template(place, at, kind, of)));
    return place.errors.length > before ? undefined : completed;
  };

  const createPods: Parser<CreatePods> = whole(
    mapping({
      opcode: optional(text), ...counted, ...timed, steadyState: optional(flag), steadyStateParam: optional(parameter(parameters, { expected: 'true or false', read: (value) => (typeof value === 'boolean' ? value : undefined), standIn: false })),
      collectMetrics: optional(flag), namespace: optional(text), podTemplatePath: path, skipWaitToCompletion: optional(flag), persistentVolumeTemplatePath: path, persistentVolumeClaimTemplatePath: path,
    }, 'any case'),
    (read, place, template): CreatePods | undefined => {
      const of = read.countParam ?? read.count ?? 0;
      const { collectMetrics = false, skipWaitToCompletion = false } = read;
      const steadyState = read.steadyStateParam ?? read.steadyState ?? false;
      const lasts = read.durationParam ?? read.duration ?? 0;
      if (collectMetrics && skipWaitToCompletion) return report(place, 'collectMetrics and skipWaitToCompletion cannot both be true');
      if (steadyState && skipWaitToCompletion) return report(place, 'steadyState and skipWaitToCompletion cannot both be true');
      if (steadyState && lasts <= 0) return report(place, 'a steady state needs a duration longer than nothing');
      if ((read.persistentVolumeClaimTemplatePath === undefined) !== (read.persistentVolumeTemplatePath === undefined)) return report(place, 'persistentVolumeTemplatePath and persistentVolumeClaimTemplatePath belong together');
      return {
        opcode: 'createPods', count: of, steadyState, duration: lasts, collectMetrics, namespace: read.namespace, skipWaitToCompletion,
        template: template('Pod', read.podTemplatePath ?? context.defaultPodTemplatePath, of),
        persistentVolume: template('PersistentVolume', read.persistentVolumeTemplatePath),
        persistentVolumeClaim: template('PersistentVolumeClaim', read.persistentVolumeClaimTemplatePath),
      };
    },
  );

  const strategies = {
    nodeAllocatableStrategy: optional(mapping({ nodeAllocatable: optional(labels), csiNodeAllocatable: optional(mapOf(mapping({ count: optional(count) }, 'any case'))), migratedPlugins: optional(listOf(text)) }, 'any case')),
    labelNodePrepareStrategy: optional(mapping({ labelKey: required(text), labelValues: required(listOf(anyText)) }, 'any case')),
    uniqueNodeLabelStrategy: optional(mapping({ labelKey: required(text) }, 'any case')),
  };

  return {
    createNodes: whole(mapping({ opcode, ...counted, nodeTemplatePath: path, ...strategies }, 'any case'), (read, place, template) => {
      const { nodeAllocatableStrategy: allocatable, labelNodePrepareStrategy: label, uniqueNodeLabelStrategy: unique } = read;
      if (label?.labelValues.length === 0) return report(place, 'labelNodePrepareStrategy.labelValues is empty');
      const strategy: NodeStrategy = allocatable
        ? { type: 'allocatable', nodeAllocatable: allocatable.nodeAllocatable ?? {}, csiNodeAllocatable: allocatable.csiNodeAllocatable ?? {}, migratedPlugins: allocatable.migratedPlugins ?? [] }
        : label ? { type: 'label', ...label } : unique ? { type: 'unique-label', ...unique } : { type: 'none' };
      const of = read.countParam ?? read.count ?? 0;
      return { opcode: 'createNodes' as const, count: of, template: template('Node', read.nodeTemplatePath, of), strategy };
    }),
    createNamespaces: whole(mapping({ opcode, prefix: required(text), ...counted, namespaceTemplatePath: path }, 'any case'), (read, _place, template) => ({
      opcode: 'createNamespaces' as const, prefix: read.prefix, count: read.countParam ?? read.count ?? 0, template: template('Namespace', read.namespaceTemplatePath),
    })),
    createPods,
    createPodSets: whole(mapping({ opcode, ...counted, namespacePrefix: required(text), createPodsOp: required(createPods) }, 'any case'), (read) => ({
      opcode: 'createPodSets' as const, count: read.countParam ?? read.count ?? 0, namespacePrefix: read.namespacePrefix, createPods: read.createPodsOp,
    })),
    deletePods: whole(mapping({ opcode, namespace: required(text), labelSelector: optional(labels), skipWaitToCompletion: optional(flag), deletePodsPerSecond: optional(count) }, 'any case'), (read) => ({
      opcode: 'deletePods' as const, namespace: read.namespace, labelSelector: read.labelSelector ?? {}, skipWaitToCompletion: read.skipWaitToCompletion ?? false, deletePodsPerSecond: read.deletePodsPerSecond ?? 0,
    })),
    createAny: whole(mapping({ opcode, namespace: optional(anyText), templatePath: required(text), ...counted }, 'any case'), (read, _place, template) => {
      const of = read.countParam ?? read.count ?? 1;
      const made = template('any', read.templatePath, of);
      return made && { opcode: 'createAny' as const, namespace: read.namespace ?? '', template: made, count: of };
    }),
    updateAny: whole(mapping({ opcode, namespace: optional(anyText), templatePath: required(text), ...counted, updatePerSecond: optional(count), subresources: optional(listOf(text)) }, 'any case'), (read, _place, template) => {
      const of = read.countParam ?? read.count ?? 1;
      const made = template('any', read.templatePath, of);
      return made && { opcode: 'updateAny' as const, namespace: read.namespace ?? '', template: made, count: of, updatePerSecond: read.updatePerSecond ?? 0, subresources: read.subresources ?? [] };
    }),
    churn: whole(mapping({ opcode, mode: required(oneOf(['create', 'recreate'] as const)), number: optional(count), intervalMilliseconds: optional(count), namespace: optional(text), templatePaths: required(listOf(text)) }, 'any case'), (read, place, template) => {
      if (read.templatePaths.length === 0) return report(place, 'templatePaths is empty');
      if (read.mode === 'recreate' && (read.number ?? 0) === 0) return report(place, 'number cannot be 0 where mode is recreate');
      const templates = read.templatePaths.map((at) => template('any', at)).filter((made) => made !== undefined);
      return { opcode: 'churn' as const, mode: read.mode, number: read.number ?? 0, intervalMilliseconds: read.intervalMilliseconds === undefined || read.intervalMilliseconds === 0 ? 500 : read.intervalMilliseconds, namespace: read.namespace, templates };
    }),
    barrier: whole(mapping({ opcode, namespaces: optional(listOf(text)), labelSelector: optional(labels), stageRequirement: optional(oneOf(['Scheduled', 'Attempted'] as const)) }, 'any case'), (read) => ({
      opcode: 'barrier' as const, namespaces: read.namespaces ?? [], labelSelector: read.labelSelector ?? {}, stageRequirement: read.stageRequirement ?? 'Scheduled',
    })),
    sleep: whole(mapping({ opcode, ...timed }, 'any case'), (read) => ({ opcode: 'sleep' as const, duration: read.durationParam ?? read.duration ?? 0 })),
    startCollectingMetrics: whole(mapping({ opcode, name: optional(anyText), namespaces: required(listOf(text)), labelSelector: optional(labels) }, 'any case'), (read, place) => {
      if (read.namespaces.length === 0) return report(place, 'namespaces is empty');
      return { opcode: 'startCollectingMetrics' as const, name: read.name ?? '', namespaces: read.namespaces, labelSelector: read.labelSelector ?? {} };
    }),
    stopCollectingMetrics: whole(mapping({ opcode }, 'any case'), () => ({ opcode: 'stopCollectingMetrics' as const })),
    ...deviceParsers(parameters, counted, opcode),
  };
};

const deviceParsers = (parameters: Parameters | undefined, counted: { readonly count: ReturnType<typeof optional<number>>; readonly countParam: ReturnType<typeof optional<number>> }, opcode: ReturnType<typeof required<string>>): Readonly<Record<string, Parser<Operation>>> => {
  const read = (fields: Parser<unknown>, name: (typeof DEVICE_OPCODES)[number]): Parser<Operation> => (place) => (fields(place) === undefined ? undefined : { opcode: name });
  const claims = parameter(parameters, { expected: 'a whole number', read: (value) => (typeof value === 'number' ? value : undefined), standIn: 1 });
  return {
    allocResourceClaims: read(mapping({ opcode, namespace: optional(text) }, 'any case'), 'allocResourceClaims'),
    createResourceClaims: read(mapping({ opcode, ...counted, namespace: required(text), templatePath: required(text) }, 'any case'), 'createResourceClaims'),
    createResourceDriver: read(mapping({ opcode, driverName: required(text), nodes: required(text), maxClaimsPerNode: optional(count), maxClaimsPerNodeParam: optional(claims) }, 'any case'), 'createResourceDriver'),
  };
};
