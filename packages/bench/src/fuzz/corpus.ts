/** A request as a client that knows what it does would send it; what is made of it is in `mutations.ts`. */
export interface PlainRequest {
  readonly method: string;
  readonly path: string;
  readonly query: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: Buffer | undefined;
}

const JSON_TYPE = 'application/json';
export const PROTOBUF_TYPE = 'application/vnd.kubernetes.protobuf';
const PATCHES = { json: 'application/json-patch+json', merge: 'application/merge-patch+json', strategic: 'application/strategic-merge-patch+json', apply: 'application/apply-patch+yaml' };

export const NAMESPACE = 'fuzz';
const NAMES = ['a', 'b', 'c', 'd'];

interface Target {
  readonly path: string;
  readonly kind: string;
  readonly apiVersion: string;
  readonly namespaced: boolean;
  readonly spec: object;
}

const container = { name: 'c', image: 'registry.example/web:1', ports: [{ name: 'http', containerPort: 80 }], env: [{ name: 'A', value: '1' }], resources: { requests: { cpu: '100m', memory: '64Mi' } } };
const podSpec = { containers: [container], terminationGracePeriodSeconds: 0, tolerations: [{ key: 'k', operator: 'Exists' }], volumes: [{ name: 'v', emptyDir: {} }] };
const workload = { replicas: 2, selector: { matchLabels: { app: 'x' } }, template: { metadata: { labels: { app: 'x' } }, spec: { ...podSpec, terminationGracePeriodSeconds: 30 } } };

/** Objects of the kinds that people write, whole enough to be accepted. */
const TARGETS: readonly Target[] = [
  { path: '/api/v1', kind: 'Pod', apiVersion: 'v1', namespaced: true, spec: { spec: podSpec } },
  { path: '/api/v1', kind: 'ConfigMap', apiVersion: 'v1', namespaced: true, spec: { data: { k: 'v', other: 'text' }, immutable: false } },
  { path: '/api/v1', kind: 'Secret', apiVersion: 'v1', namespaced: true, spec: { type: 'Opaque', data: { k: 'dg==' } } },
  { path: '/api/v1', kind: 'Service', apiVersion: 'v1', namespaced: true, spec: { spec: { selector: { app: 'x' }, ports: [{ name: 'http', port: 80, targetPort: 'http', protocol: 'TCP' }] } } },
  { path: '/api/v1', kind: 'ServiceAccount', apiVersion: 'v1', namespaced: true, spec: { secrets: [{ name: 's' }] } },
  { path: '/api/v1', kind: 'Event', apiVersion: 'v1', namespaced: true, spec: { involvedObject: { kind: 'Pod', namespace: NAMESPACE, name: 'a' }, reason: 'R', message: 'm', type: 'Normal', count: 1 } },
  { path: '/api/v1', kind: 'Node', apiVersion: 'v1', namespaced: false, spec: { spec: { podCIDR: '10.1.0.0/24', taints: [{ key: 't', effect: 'NoSchedule' }] } } },
  { path: '/api/v1', kind: 'Namespace', apiVersion: 'v1', namespaced: false, spec: { metadata: { labels: { x: 'y' } } } },
  { path: '/apis/apps/v1', kind: 'Deployment', apiVersion: 'apps/v1', namespaced: true, spec: { spec: { ...workload, strategy: { type: 'RollingUpdate', rollingUpdate: { maxSurge: '25%' } } } } },
  { path: '/apis/apps/v1', kind: 'ReplicaSet', apiVersion: 'apps/v1', namespaced: true, spec: { spec: workload } },
  { path: '/apis/coordination.k8s.io/v1', kind: 'Lease', apiVersion: 'coordination.k8s.io/v1', namespaced: true, spec: { spec: { holderIdentity: 'me', leaseDurationSeconds: 40, renewTime: '2026-01-01T00:00:00.000000Z' } } },
  { path: '/apis/discovery.k8s.io/v1', kind: 'EndpointSlice', apiVersion: 'discovery.k8s.io/v1', namespaced: true, spec: { addressType: 'IPv4', endpoints: [{ addresses: ['10.0.0.1'], conditions: { ready: true } }], ports: [{ name: 'http', port: 80 }] } },
];

const plural = (kind: string): string => (kind.endsWith('s') ? `${kind.toLowerCase()}es` : `${kind.toLowerCase()}s`);
const collectionOf = ({ path, kind, namespaced }: Target): string => (namespaced ? `${path}/namespaces/${NAMESPACE}/${plural(kind)}` : `${path}/${plural(kind)}`);

const objectOf = ({ apiVersion, kind, namespaced, spec }: Target, name: string): object => {
  const { metadata, ...rest } = spec as { readonly metadata?: object };
  return { apiVersion, kind, metadata: { name, ...(namespaced && { namespace: NAMESPACE }), labels: { app: 'x' }, annotations: { note: 'n' }, ...metadata }, ...rest };
};

/** JSON is YAML; kubectl writes it with lines of its own. */
const yamlOf = (value: object): string => Object.entries(value).map(([key, part]) => `${key}: ${JSON.stringify(part)}`).join('\n') + '\n';

const json = (value: unknown): Buffer => Buffer.from(JSON.stringify(value));
const make = (method: string, path: string, body?: Buffer, type = JSON_TYPE, query = ''): PlainRequest => ({
  method, path, query, headers: body === undefined ? { accept: JSON_TYPE } : { accept: JSON_TYPE, 'content-type': type }, body,
});

const ofTarget = (target: Target, name: string): PlainRequest[] => {
  const collection = collectionOf(target);
  const one = `${collection}/${name}`;
  const whole = objectOf(target, name);
  return [
    make('POST', collection, json(whole)),
    make('POST', collection, json(whole), JSON_TYPE, 'dryRun=All&fieldValidation=Strict'),
    make('POST', collection, Buffer.from(yamlOf(whole)), 'application/yaml'),
    make('PUT', one, json(whole)),
    make('GET', one),
    make('GET', collection, undefined, JSON_TYPE, 'labelSelector=app%3Dx&limit=2'),
    make('GET', collection, undefined, JSON_TYPE, `fieldSelector=metadata.name%3D${name}&resourceVersion=0`),
    make('GET', collection, undefined, JSON_TYPE, 'watch=true&timeoutSeconds=1&allowWatchBookmarks=true'),
    make('PATCH', one, json([{ op: 'test', path: '/metadata/labels/app', value: 'x' }, { op: 'add', path: '/metadata/labels/y', value: 'z' }, { op: 'remove', path: '/metadata/annotations' }, { op: 'copy', from: '/metadata/labels/app', path: '/metadata/labels/c' }]), PATCHES.json),
    make('PATCH', one, json({ metadata: { labels: { merged: 'yes', app: null } } }), PATCHES.merge),
    make('PATCH', one, json({ metadata: { labels: { strategic: 'yes' }, $deleteFromPrimitiveList: undefined, finalizers: [] }, ...('spec' in whole && { spec: { containers: [{ name: 'c', image: 'x' }], $setElementOrder: undefined } }) }), PATCHES.strategic),
    make('PATCH', one, Buffer.from(yamlOf(whole)), PATCHES.apply, 'fieldManager=fuzz&force=true'),
    make('PUT', `${one}/status`, json({ ...whole, status: { phase: 'Running', conditions: [{ type: 'Ready', status: 'True' }] } })),
    make('PATCH', `${one}/status`, json({ status: { conditions: [{ type: 'Ready', status: 'False' }] } }), PATCHES.merge),
    make('DELETE', one, json({ kind: 'DeleteOptions', apiVersion: 'v1', gracePeriodSeconds: 0, propagationPolicy: 'Background', preconditions: { uid: 'x' } })),
    make('DELETE', one),
    make('DELETE', collection, undefined, JSON_TYPE, 'labelSelector=app%3Dnone'),
  ];
};

const OTHERS: readonly PlainRequest[] = [
  ...['/', '/api', '/apis', '/version', '/healthz', '/readyz?verbose', '/livez', '/metrics', '/openapi/v2', '/openapi/v3', '/openapi/v3/api/v1', '/apis/apps', '/apis/apps/v1', '/api/v1'].map((path) => make('GET', path)),
  make('POST', '/apis/authorization.k8s.io/v1/selfsubjectaccessreviews', json({ apiVersion: 'authorization.k8s.io/v1', kind: 'SelfSubjectAccessReview', spec: { resourceAttributes: { verb: 'get', resource: 'pods' } } })),
  make('POST', '/apis/authentication.k8s.io/v1/selfsubjectreviews', json({ apiVersion: 'authentication.k8s.io/v1', kind: 'SelfSubjectReview' })),
  make('GET', `/apis/apps/v1/namespaces/${NAMESPACE}/deployments/a/scale`),
  make('PUT', `/apis/apps/v1/namespaces/${NAMESPACE}/deployments/a/scale`, json({ apiVersion: 'autoscaling/v1', kind: 'Scale', metadata: { name: 'a', namespace: NAMESPACE }, spec: { replicas: 3 } })),
  make('POST', `/api/v1/namespaces/${NAMESPACE}/pods/a/binding`, json({ apiVersion: 'v1', kind: 'Binding', metadata: { name: 'a' }, target: { kind: 'Node', name: 'n' } })),
  make('POST', `/api/v1/namespaces/${NAMESPACE}/pods/a/eviction`, json({ apiVersion: 'policy/v1', kind: 'Eviction', metadata: { name: 'a', namespace: NAMESPACE } })),
  make('GET', `/api/v1/namespaces/${NAMESPACE}/pods/a/log`, undefined, JSON_TYPE, 'container=c&tailLines=5'),
  make('GET', `/api/v1/namespaces/${NAMESPACE}/pods/a/exec`, undefined, JSON_TYPE, 'command=ls&stdout=1'),
];

/** The lists of a Table, of metadata alone and in protobuf, as kubectl and client-go ask for them. */
const ACCEPTS = ['application/json;as=Table;v=v1;g=meta.k8s.io,application/json', 'application/json;as=PartialObjectMetadataList;v=v1;g=meta.k8s.io', PROTOBUF_TYPE, 'application/yaml'];

export const CORPUS: readonly PlainRequest[] = [
  ...TARGETS.flatMap((target, index) => ofTarget(target, NAMES[index % NAMES.length] as string)),
  ...TARGETS.flatMap((target) => ACCEPTS.map((accept) => ({ ...make('GET', collectionOf(target)), headers: { accept } }))),
  ...OTHERS,
];

/** What must be there before: its names are those that the corpus speaks of. */
export const SEEDS: readonly PlainRequest[] = [
  make('POST', '/api/v1/namespaces', json({ apiVersion: 'v1', kind: 'Namespace', metadata: { name: NAMESPACE } })),
  make('POST', `/api/v1/namespaces/${NAMESPACE}/serviceaccounts`, json({ apiVersion: 'v1', kind: 'ServiceAccount', metadata: { name: 'default' } })),
  ...TARGETS.flatMap((target) => NAMES.map((name) => make('POST', collectionOf(target), json(objectOf(target, name))))),
];

/** Where the protobuf of each kind is read from, and written to. */
export const PROTOBUF_SOURCES: readonly { readonly one: string; readonly collection: string }[] = TARGETS.map((target) => ({ one: `${collectionOf(target)}/a`, collection: collectionOf(target) }));
