import type { KubernetesObject } from '../../api/object.js';
import { resourceByKind } from '../../api/resources.js';
import { readYamlDocuments } from '../../api/yaml.js';
import type { ProgramResult } from '../shell/programs.js';
import { type CommandLine, flag } from './command-line.js';
import { created, got, type Kubectl, KubectlError, prints, resourceNamed, targetAndRest, type Verb } from './kubectl.js';

/** Objects of the files of `-f`, in their order; `-` is the input. */
export const objectsOf = (line: CommandLine, kubectl: Kubectl): readonly KubernetesObject[] =>
  (line.flags.get('filename') ?? []).flatMap((file) => {
    const text = file === '-' ? kubectl.input : kubectl.files[file];
    if (text === undefined) throw new KubectlError(`error: the path "${file}" does not exist`);
    return readYamlDocuments(text).flatMap(({ value, error }): readonly KubernetesObject[] => {
      if (error !== undefined) throw new KubectlError(`error: error parsing ${file}: ${error.message}`);
      if (value === null) return [];
      const object = value as KubernetesObject & { readonly items?: readonly KubernetesObject[] };
      return object.kind === 'List' ? object.items ?? [] : [object];
    });
  });

const createFile = (line: CommandLine, kubectl: Kubectl): ProgramResult =>
  prints(objectsOf(line, kubectl).map((object) => {
    const resource = resourceByKind(object.apiVersion, object.kind);
    if (resource === undefined) throw new KubectlError(`error: resource mapping not found for name: "${object.metadata.name ?? ''}": no matches for kind "${object.kind}" in version "${object.apiVersion}"`);
    return created(resource, object, 'kubectl-create', kubectl).output;
  }).join(''));

const nameOf = ({ words }: CommandLine): string => words[0] ?? '';

const pairs = (values: readonly string[] = []): Readonly<Record<string, string>> => Object.fromEntries(values.map((value): [string, string] => [value.slice(0, value.indexOf('=')), value.slice(value.indexOf('=') + 1)]));

/** `--tcp=80` or `--tcp=5678:8080`. */
const portOf = (text: string): object => {
  const [port = '', target = port] = text.split(':');
  return { name: text.replace(':', '-'), protocol: 'TCP', port: Number(port), targetPort: Number(target) };
};

const createDeployment = (line: CommandLine, kubectl: Kubectl): ProgramResult => {
  const name = nameOf(line);
  const labels = { app: name };
  const containers = (line.flags.get('image') ?? []).map((image) => ({ name: image.replace(/^.*\//, '').replace(/[:@].*$/, ''), image, resources: {} }));
  const object = {
    apiVersion: 'apps/v1', kind: 'Deployment', metadata: { name, labels },
    spec: { replicas: Number(flag(line, 'replicas') ?? 1), selector: { matchLabels: labels }, template: { metadata: { labels }, spec: { containers } }, strategy: {} }, status: {},
  };
  return created(resourceNamed('deployments'), object, 'kubectl-create', kubectl);
};

/** kubectl expose: a Service of what the object selects. */
const expose = (line: CommandLine, kubectl: Kubectl): ProgramResult => {
  const { target } = targetAndRest(line.words);
  const { metadata, spec } = got(target, kubectl).value as KubernetesObject & { readonly spec?: { readonly selector?: { readonly matchLabels?: object } } };
  const selector = target.resource.kind === 'Pod' ? metadata.labels : target.resource.kind === 'Service' || target.resource.kind === 'ReplicationController' ? spec?.selector : spec?.selector?.matchLabels;
  const port = Number(flag(line, 'port') ?? NaN);
  const asked = flag(line, 'target-port');
  const targetPort = asked === undefined ? port : /^\d+$/.test(asked) ? Number(asked) : asked;
  const type = flag(line, 'type');
  const object = {
    apiVersion: 'v1', kind: 'Service', metadata: { name: flag(line, 'name') ?? target.name, ...(metadata.labels !== undefined && { labels: metadata.labels }) },
    spec: { ports: [{ protocol: 'TCP', port, targetPort }], selector, ...(type !== undefined && { type }) }, status: { loadBalancer: {} },
  };
  return created(resourceNamed('services'), object, 'kubectl-expose', kubectl);
};

const run = (line: CommandLine, kubectl: Kubectl): ProgramResult => {
  const name = nameOf(line);
  const labels = flag(line, 'labels');
  const port = flag(line, 'port');
  const object = {
    apiVersion: 'v1', kind: 'Pod', metadata: { name, labels: labels === undefined ? { run: name } : pairs(labels.split(',')) },
    spec: { containers: [{ name, image: flag(line, 'image') ?? '', resources: {}, ...(port !== undefined && { ports: [{ containerPort: Number(port) }] }) }], dnsPolicy: 'ClusterFirst', restartPolicy: flag(line, 'restart') ?? 'Always' }, status: {},
  };
  return created(resourceNamed('pods'), object, 'kubectl-run', kubectl);
};

/** What makes objects. Each is sent as kubectl 1.36 builds it, with its field manager. */
export const CREATE: Readonly<Record<string, Verb>> = {
  create: { flags: ['filename'], run: createFile },
  'create namespace': { flags: [], run: (line, kubectl) => created(resourceNamed('namespaces'), { apiVersion: 'v1', kind: 'Namespace', metadata: { name: nameOf(line) } }, 'kubectl-create', kubectl) },
  'create serviceaccount': { flags: [], run: (line, kubectl) => created(resourceNamed('serviceaccounts'), { apiVersion: 'v1', kind: 'ServiceAccount', metadata: { name: nameOf(line) } }, 'kubectl-create', kubectl) },
  'create configmap': {
    flags: ['from-literal'],
    run: (line, kubectl) => created(resourceNamed('configmaps'), { apiVersion: 'v1', kind: 'ConfigMap', metadata: { name: nameOf(line) }, ...(line.flags.has('from-literal') && { data: pairs(line.flags.get('from-literal')) }) }, 'kubectl-create', kubectl),
  },
  'create service': {
    flags: ['tcp'],
    run: (line, kubectl) => {
      const [type = '', name = ''] = line.words;
      if (type !== 'clusterip' && type !== 'nodeport' && type !== 'loadbalancer') throw new KubectlError(`error: no service of type ${type} here`);
      const spec = { ports: (line.flags.get('tcp') ?? []).map(portOf), selector: { app: name }, type: { clusterip: 'ClusterIP', nodeport: 'NodePort', loadbalancer: 'LoadBalancer' }[type] };
      return created(resourceNamed('services'), { apiVersion: 'v1', kind: 'Service', metadata: { name, labels: { app: name } }, spec, status: { loadBalancer: {} } }, 'kubectl-create', kubectl);
    },
  },
  'create deployment': { flags: ['image', 'replicas'], run: createDeployment },
  expose: { flags: ['port', 'target-port', 'name', 'type'], run: expose },
  run: { flags: ['image', 'labels', 'port', 'restart'], run },
};
