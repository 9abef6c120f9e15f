import { setAt } from '@naumachia/core';
import type { Container, EnvVar, Pod, VolumeMount } from '../api/generated/types.js';
import { textAt } from '../api/chosen-keys.js';
import type { ConfigObject, ConfigObjects } from './config-objects.js';
import { type ConfigReference, configMapReference, secretReference } from './config-references.js';
import type { ContainerConfig, ContainerMount } from './container-runtime.js';
import { downwardField, downwardResource, type DownwardPlace } from './downward-fields.js';

const NO_MOUNTS: readonly ContainerMount[] = [];
export const NO_CONFIG: ContainerConfig = { command: [], args: [], environment: {}, mounts: NO_MOUNTS, workingDirectory: '', terminationMessagePath: '/dev/termination-log', messageFromLog: false, readOnlyRoot: false };

/** What a container is made with (generateContainerConfig of kuberuntime), or why it cannot be. Only what is told something needs to know it. */
export const containerConfig = (pod: Pod, container: Container, objects: ConfigObjects, place: DownwardPlace): ContainerConfig | { readonly error: string } => {
  const mounted = container.volumeMounts?.some(isOwnMount) === true;
  if (container.command === undefined && container.args === undefined && container.env === undefined && container.envFrom === undefined && container.stdin !== true && container.securityContext?.readOnlyRootFilesystem !== true && !mounted) return NO_CONFIG;
  const environment = environmentOf(pod, container, objects, place);
  if ('error' in environment) return environment;
  const { variables } = environment;
  const mounts = mountsOf(container, variables);
  if ('error' in mounts) return mounts;
  const config: ContainerConfig = {
    command: (container.command ?? []).map((word) => expand(word, variables)),
    args: (container.args ?? []).map((word) => expand(word, variables)),
    environment: variables,
    mounts,
    workingDirectory: container.workingDir ?? '',
    terminationMessagePath: container.terminationMessagePath ?? '/dev/termination-log',
    messageFromLog: container.terminationMessagePolicy === 'FallbackToLogsOnError',
    readOnlyRoot: container.securityContext?.readOnlyRootFilesystem === true,
  };
  return container.stdin === true ? Object.assign({}, config, { stdin: { once: container.stdinOnce === true, tty: container.tty === true } }) : config;
};

/** Where admission mounts the token of the pod's service account. */
const SERVICE_ACCOUNT_PATH = '/var/run/secrets/kubernetes.io/serviceaccount';

const isOwnMount = ({ mountPath }: VolumeMount): boolean => mountPath !== SERVICE_ACCOUNT_PATH;

/** makeMounts of kubelet_pods.go. */
const mountsOf = (container: Container, variables: Variables): readonly ContainerMount[] | { readonly error: string } => {
  let mounts: ContainerMount[] | undefined;
  for (const mount of container.volumeMounts ?? []) {
    if (!isOwnMount(mount)) continue;
    const subPath = subPathOf(mount, variables);
    if (typeof subPath !== 'string') return subPath;
    const { name, mountPath, readOnly } = mount;
    (mounts ??= []).push({ volume: name, path: mountPath.length > 1 ? mountPath.replace(/\/$/, '') : mountPath, subPath, readOnly: readOnly === true });
  }
  return mounts ?? NO_MOUNTS;
};

/** A path that variables were put into is judged once it is whole (ExpandContainerVolumeMounts). */
const subPathOf = ({ subPath = '', subPathExpr = '' }: VolumeMount, variables: Variables): string | { readonly error: string } => {
  if (subPathExpr === '') return subPath;
  const missing = namesIn(subPathExpr).filter((name) => (textAt(variables, name) ?? '') === '');
  if (missing.length > 0) return { error: `missing value for ${[...new Set(missing)].sort().join(', ')}` };
  const expanded = expand(subPathExpr, variables);
  if (expanded.startsWith('/')) return { error: `error SubPath \`${expanded}\` must not be an absolute path` };
  return expanded.split('/').includes('..') ? { error: `unable to provision SubPath \`${expanded}\`: must not contain '..'` } : expanded;
};

type Variables = Record<string, string>;

/** makeEnvironmentVariables of kubelet_pods.go, without the variables of services. */
const environmentOf = (pod: Pod, container: Container, objects: ConfigObjects, place: DownwardPlace): { readonly variables: Variables } | { readonly error: string } => {
  const variables: Variables = {};
  for (const { prefix, configMapRef, secretRef } of container.envFrom ?? []) {
    const reference = configMapRef ? configMapReference(configMapRef.name) : secretReference(secretRef?.name);
    const object = read(objects, reference);
    if (!object.found) {
      if (object.missing && (configMapRef ?? secretRef)?.optional === true) continue;
      return object;
    }
    for (const [key, text] of Object.entries(object.data)) setAt(variables, `${prefix ?? ''}${key}`, text);
  }
  for (const variable of container.env ?? []) {
    const value = valueOf(variable, pod, container, objects, place, variables);
    if (value === undefined) continue;
    if (typeof value !== 'string') return value;
    setAt(variables, variable.name, value);
  }
  return { variables };
};

/** `undefined`: an optional source has nothing for it. */
const valueOf = ({ value, valueFrom }: EnvVar, pod: Pod, container: Container, objects: ConfigObjects, place: DownwardPlace, variables: Variables): string | undefined | { readonly error: string } => {
  if (value !== undefined && value !== '') return expand(value, variables);
  if (valueFrom?.fieldRef) return downwardField(pod, valueFrom.fieldRef.fieldPath, place);
  if (valueFrom?.resourceFieldRef) return downwardResource(pod, container, valueFrom.resourceFieldRef, place);
  const selector = valueFrom?.configMapKeyRef ?? valueFrom?.secretKeyRef;
  if (selector === undefined) return '';
  const isSecret = valueFrom?.configMapKeyRef === undefined;
  const object = read(objects, isSecret ? secretReference(selector.name) : configMapReference(selector.name));
  if (!object.found) return object.missing && selector.optional === true ? undefined : object;
  const text = textAt(object.data, selector.key);
  if (text !== undefined) return text;
  return selector.optional === true ? undefined : { error: `couldn't find key ${selector.key} in ${isSecret ? 'Secret' : 'ConfigMap'} ${pod.metadata.namespace ?? ''}/${selector.name ?? ''}` };
};

const NOT_READ: ConfigObject = { found: false, missing: false, error: 'not read' };
const read = (objects: ConfigObjects, reference: ConfigReference): ConfigObject => objects[reference] ?? NOT_READ;

const VARIABLE = /\$\$|\$\(([^)]+)\)/g;

const namesIn = (text: string): readonly string[] => [...text.matchAll(VARIABLE)].flatMap(([, name]) => name ?? []);

/** third_party/forked/golang/expansion: `$(NAME)` where it is known, `$$` is a dollar. */
const expand = (text: string, variables: Variables): string =>
  text.includes('$') ? text.replace(VARIABLE, (whole, name: string | undefined) => (name === undefined ? '$' : (textAt(variables, name) ?? whole))) : text;
