import type { Pod, PodSpec } from '../../api/generated/types.js';
import { dns1123LabelErrors } from '../../api/names.js';
import { quantity } from '../../api/quantity.js';
import { remembered } from '../remembered.js';

const DEPRECATED_LABELS: Readonly<Record<string, string>> = {
  'beta.kubernetes.io/arch': 'deprecated since v1.14; use "kubernetes.io/arch" instead',
  'beta.kubernetes.io/os': 'deprecated since v1.14; use "kubernetes.io/os" instead',
  'failure-domain.beta.kubernetes.io/region': 'deprecated since v1.17; use "topology.kubernetes.io/region" instead',
  'failure-domain.beta.kubernetes.io/zone': 'deprecated since v1.17; use "topology.kubernetes.io/zone" instead',
  'beta.kubernetes.io/instance-type': 'deprecated since v1.17; use "node.kubernetes.io/instance-type" instead',
};
const DEPRECATED_VOLUMES: Readonly<Record<string, string>> = {
  gitRepo: 'deprecated in v1.11, and disabled by default in v1.33+',
  cephfs: 'deprecated in v1.28, non-functional in v1.31+',
  rbd: 'deprecated in v1.28, non-functional in v1.31+',
  glusterfs: 'deprecated in v1.25, non-functional in v1.26+',
  scaleIO: 'deprecated in v1.16, non-functional in v1.22+',
  flocker: 'deprecated in v1.22, non-functional in v1.25+',
  storageos: 'deprecated in v1.22, non-functional in v1.25+',
  quobyte: 'deprecated in v1.22, non-functional in v1.25+',
};
const CRITICAL_POD = 'scheduler.alpha.kubernetes.io/critical-pod';

const specWarnings = (spec: PodSpec, path: string): readonly string[] => {
  const warnings: string[] = [];
  for (const key of Object.keys(spec.nodeSelector ?? {}).sort()) {
    const text = DEPRECATED_LABELS[key];
    if (text !== undefined) warnings.push(`${path}.nodeSelector[${key}]: ${text}`);
  }
  (spec.volumes ?? []).forEach((volume, i) => {
    for (const field in DEPRECATED_VOLUMES) if ((volume as unknown as Readonly<Record<string, unknown>>)[field] !== undefined) warnings.push(`${path}.volumes[${i}].${field}: ${DEPRECATED_VOLUMES[field]}`);
  });
  const secrets = new Set<string>();
  (spec.imagePullSecrets ?? []).forEach((secret, i) => {
    const name = secret.name ?? '';
    if (name === '') warnings.push(`${path}.imagePullSecrets[${i}].name: invalid empty name ""`);
    else if (secrets.has(name)) warnings.push(`${path}.imagePullSecrets[${i}].name: duplicate name "${name}"`);
    secrets.add(name);
  });
  (spec.topologySpreadConstraints ?? []).forEach((constraint, i) => {
    if (constraint.labelSelector === undefined) warnings.push(`${path}.topologySpreadConstraints[${i}].labelSelector: a null labelSelector results in matching no pod`);
  });
  (spec.containers ?? []).forEach((container, i) => {
    const at = `${path}.containers[${i}]`;
    const names = new Set<string>();
    (container?.env ?? []).forEach((variable, k) => {
      if (names.has(variable.name)) warnings.push(`${at}.env[${k}]: hides previous definition of "${variable.name}", which may be dropped when using apply`);
      names.add(variable.name);
    });
    for (const part of ['requests', 'limits'] as const) {
      for (const name of ['ephemeral-storage', 'memory']) {
        const text = container?.resources?.[part]?.[name];
        if (text !== undefined && quantity(text).milliValue % 1000 !== 0) warnings.push(`${at}.resources.${part}[${name}]: fractional byte value "${text}" is invalid, must be an integer`);
      }
    }
    const ports = new Map<string, number>();
    (container?.ports ?? []).forEach((port, k) => {
      const key = `${port.containerPort}/${port.protocol}/${port.hostPort ?? 0}/${port.hostIP ?? ''}`;
      const first = ports.get(key);
      if (first === undefined) ports.set(key, k);
      else warnings.push(`${at}.ports[${k}]: duplicate port definition with ${at}.ports[${first}]`);
    });
  });
  return warnings;
};

const ofPod = remembered((spec: PodSpec) => specWarnings(spec, 'spec'));
const ofTemplate = remembered((spec: PodSpec) => specWarnings(spec, 'spec.template.spec'));

/** A name that goes into host names: `usedIn` says which. */
const nameWarnings = ({ metadata: { name } }: Pick<Pod, 'metadata'>, usedIn: string): readonly string[] => {
  const problems = dns1123LabelErrors(name ?? '');
  return problems.length === 0 ? [] : [`metadata.name: this is used in ${usedIn}, which can result in surprising behavior; a DNS label is recommended: [${problems.join(' ')}]`];
};

/** Of a new Deployment, ReplicaSet or ReplicationController. */
export const ownerWarnings = (owner: Pick<Pod, 'metadata'>, spec: PodSpec | undefined): readonly string[] => [...nameWarnings(owner, 'Pod names and hostnames'), ...templateWarnings(spec)];

/** GetWarningsForPod of pkg/api/pod, as far as its warnings are recorded. */
export const podWarnings = (pod: Pod, spec: PodSpec): readonly string[] => {
  const found = [...nameWarnings(pod, "the Pod's hostname"), ...ofPod(spec)];
  return pod.metadata.annotations?.[CRITICAL_POD] === undefined ? found : [`metadata.annotations[${CRITICAL_POD}]: non-functional in v1.16+; use the "priorityClassName" field instead`, ...found];
};

export const templateWarnings = (spec: PodSpec | undefined): readonly string[] => (spec === undefined ? [] : ofTemplate(spec));
