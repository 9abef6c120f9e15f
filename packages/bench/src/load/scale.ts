import type { KubernetesObject, ObjectMeta } from '@naumachia/actors';

interface Workload extends KubernetesObject {
  readonly spec: { readonly replicas?: number; readonly selector?: Selector; readonly template: { readonly metadata?: ObjectMeta; readonly spec: unknown } };
}
interface Selector {
  readonly matchLabels?: Readonly<Record<string, string>>;
}

/** How many pods an object asks for. */
export const podsOf = (object: KubernetesObject): number => {
  if (object.kind === 'Pod') return 1;
  if (!isWorkload(object)) return 0;
  return object.spec.replicas ?? 1;
};

export const isWorkload = (object: KubernetesObject): object is Workload =>
  ['Deployment', 'ReplicaSet', 'ReplicationController'].includes(object.kind) && (object['spec'] as { template?: unknown } | undefined)?.template !== undefined;

/**
 * Copies of a set of manifests until they have `services` Services, with the replicas dealt so that they ask for `pods` pods. Each copy has names, and
 * labels in selectors, of its own (`-2`, `-3`, ...), so that no Service leads to another copy's pods.
 */
export const scale = (objects: readonly KubernetesObject[], pods: number, services: number): KubernetesObject[] => {
  const servicesPerCopy = objects.filter((object) => object.kind === 'Service').length;
  const workloads = objects.filter(isWorkload);
  if (workloads.length === 0) throw new RangeError('the manifests hold no Deployment, ReplicaSet or ReplicationController that could be scaled; leave out --pods to apply them as they are');
  const copies = servicesPerCopy === 0 ? 1 : Math.max(1, Math.ceil(services / servicesPerCopy));
  const scaled: KubernetesObject[] = [];
  const shares = deal(pods, workloads.map((workload) => workload.spec.replicas ?? 1), copies);
  let next = 0;
  let left = servicesPerCopy === 0 ? Number.POSITIVE_INFINITY : services;
  for (let copy = 1; copy <= copies; copy++) {
    for (const object of objects) {
      if (object.kind === 'Service' && left-- <= 0) continue;
      const named = copyOf(object, copy);
      scaled.push(isWorkload(named) ? { ...named, spec: { ...named.spec, replicas: shares[next++] ?? 0 } } : named);
    }
  }
  return scaled;
};

/** Deals `pods` over `copies` of workloads in proportion to their own replicas; the sum is exact. */
const deal = (pods: number, replicas: readonly number[], copies: number): number[] => {
  const whole = replicas.reduce((sum, count) => sum + count, 0) * copies;
  const shares: number[] = [];
  let given = 0;
  let asked = 0;
  for (let copy = 0; copy < copies; copy++) {
    for (const count of replicas) {
      asked += count;
      const upTo = Math.round((pods * asked) / whole);
      shares.push(upTo - given);
      given = upTo;
    }
  }
  return shares;
};

const copyOf = (object: KubernetesObject, copy: number): KubernetesObject => {
  const suffix = copy === 1 ? '' : `-${copy}`;
  const metadata: ObjectMeta = { ...object.metadata, ...(object.metadata.name === undefined ? {} : { name: `${object.metadata.name}${suffix}` }) };
  const mark = { copy: String(copy) };
  if (object.kind === 'Service') {
    const spec = object['spec'] as { readonly selector?: Readonly<Record<string, string>>; readonly ports?: readonly { readonly nodePort?: number }[] };
    // A node port can be given once only; the copies draw theirs.
    const ports = spec.ports?.map(({ nodePort, ...port }) => (copy === 1 && nodePort !== undefined ? { nodePort, ...port } : port));
    return { ...object, metadata, spec: { ...spec, ...(ports && { ports }), ...(spec.selector && { selector: { ...spec.selector, ...mark } }) } };
  }
  if (!isWorkload(object)) return { ...object, metadata };
  const { selector, template } = object.spec;
  const legacy = object.kind === 'ReplicationController';
  const marked = legacy ? { ...(selector as Readonly<Record<string, string>> | undefined), ...mark } : { ...selector, matchLabels: { ...selector?.matchLabels, ...mark } };
  return {
    ...object,
    metadata,
    spec: { ...object.spec, selector: marked, template: { ...template, metadata: { ...template.metadata, labels: { ...template.metadata?.labels, ...mark } } } },
  };
};
