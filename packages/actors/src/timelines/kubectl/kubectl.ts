import type { Duration, Failure, Instant } from '@naumachia/core';
import type { KubernetesObject } from '../../api/object.js';
import type { ContainerExecReply, ContainerExecRequest } from '../../api/kubelet-requests.js';
import type { ApiAnswer, ApiRequest, PatchType, Stored } from '../../api/requests.js';
import { type ApiResource, resourceByWord } from '../../api/resources.js';
import type { ProgramResult } from '../shell/programs.js';
import { type CommandLine, flag, isSet } from './command-line.js';

/** What a command of kubectl may do. */
export interface Kubectl {
  readonly ask: (request: ApiRequest) => ApiAnswer;
  readonly askKubelet: (node: string, request: ContainerExecRequest) => ContainerExecReply | Failure;
  readonly namespace: string;
  readonly files: Readonly<Record<string, string>>;
  readonly input: string;
  readonly now: () => Instant;
  /** Lets time pass until it holds, or until the limit; whether it holds. */
  readonly until: (holds: () => boolean, limit: Duration) => boolean;
}

/** A command that is there: the flags that it knows, and what it sends. */
export interface Verb {
  readonly flags: readonly string[];
  readonly run: (line: CommandLine, kubectl: Kubectl) => ProgramResult;
}

export const USER = { name: 'kubernetes-admin', groups: ['kubeadm:cluster-admins', 'system:authenticated'] };

export const prints = (output: string): ProgramResult => ({ exit: 0, output, error: '' });

/** What kubectl refuses or the server refused: printed, and the exit code 1. */
export class KubectlError extends Error {
  override readonly name = 'KubectlError';
}

/** The resource that a word names: `deploy`, `deployments.apps`. */
export const resourceNamed = (word: string): ApiResource => {
  const resource = resourceByWord(word.toLowerCase());
  if (resource === undefined) throw new KubectlError(`error: the server doesn't have a resource type "${word}"`);
  return resource;
};

export interface Target {
  readonly resource: ApiResource;
  readonly name: string;
}

/** The objects that words name: `deployment web`, `deployment/web`, `pod/a pod/b`; with `-l`, `--all` or none those that a list has. */
export const targetsOf = (words: readonly string[], line: CommandLine, kubectl: Kubectl): readonly Target[] => {
  if (words.some((word) => word.includes('/'))) {
    return words.map((word) => {
      const [type = '', name = ''] = word.split('/');
      return { resource: resourceNamed(type), name };
    });
  }
  const [types = '', ...names] = words;
  return types.split(',').flatMap((type) => {
    const resource = resourceNamed(type);
    if (names.length > 0) return names.map((name) => ({ resource, name }));
    return listed(resource, line, kubectl).map(({ header }) => ({ resource, name: header.name }));
  });
};

/** The one object that words name, and the words behind it. */
export const targetAndRest = (words: readonly string[]): { readonly target: Target; readonly rest: readonly string[] } => {
  const [first = '', second = '', ...more] = words;
  const [type = '', name] = first.split('/');
  return name === undefined ? { target: { resource: resourceNamed(type), name: second }, rest: more } : { target: { resource: resourceNamed(type), name }, rest: words.slice(1) };
};

export const listed = (resource: ApiResource, line: CommandLine, kubectl: Kubectl): readonly Stored[] => {
  const labelSelector = flag(line, 'selector');
  const fieldSelector = flag(line, 'field-selector');
  const namespace = resource.namespaced && !isSet(line, 'all-namespaces') ? kubectl.namespace : '';
  const answer = kubectl.ask({ type: 'list', user: USER, resource: resource.groupResource, namespace, ...(labelSelector !== undefined && { labelSelector }), ...(fieldSelector !== undefined && { fieldSelector }) });
  if (answer.type !== 'list') throw refused(answer);
  return answer.items;
};

const namespaceOf = (resource: ApiResource, kubectl: Kubectl): string => (resource.namespaced ? kubectl.namespace : '');

export const got = ({ resource, name }: Target, kubectl: Kubectl): Stored => {
  const found = lookedUp({ resource, name }, kubectl);
  if (found === undefined) throw new KubectlError(`Error from server (NotFound): ${resource.groupResource} "${name}" not found`);
  return found;
};

export const lookedUp = ({ resource, name }: Target, kubectl: Kubectl): Stored | undefined => {
  const answer = kubectl.ask({ type: 'get', user: USER, resource: resource.groupResource, namespace: namespaceOf(resource, kubectl), name });
  if (answer.type === 'object') return answer.object;
  if (answer.type === 'status' && answer.status.reason === 'NotFound') return undefined;
  throw refused(answer);
};

export const created = (resource: ApiResource, object: KubernetesObject, fieldManager: string, kubectl: Kubectl): ProgramResult => {
  const namespace = resource.namespaced ? object.metadata.namespace ?? kubectl.namespace : '';
  const placed = resource.namespaced ? { ...object, metadata: { ...object.metadata, namespace } } : object;
  const answer = kubectl.ask({ type: 'create', user: USER, fieldManager, fieldValidation: 'Strict', resource: resource.groupResource, namespace, object: placed });
  if (answer.type !== 'object' && answer.type !== 'written') throw refused(answer);
  return prints(`${resource.singular}${resource.group === '' ? '' : `.${resource.group}`}/${object.metadata.name ?? ''} created\n`);
};

export interface Patch {
  readonly patchType: PatchType;
  readonly patch: unknown;
  /** `kubectl` where the request names none: the server takes the user agent's. */
  readonly fieldManager: string;
  readonly subresource?: string;
}

export const patched = ({ resource, name }: Target, patch: Patch, kubectl: Kubectl, did: string): ProgramResult => {
  const answer = kubectl.ask({ type: 'patch', user: USER, fieldValidation: 'Warn', resource: resource.groupResource, namespace: namespaceOf(resource, kubectl), name, ...patch });
  // A Scale is no stored object, but a value.
  if (answer.type !== 'object' && answer.type !== 'written' && answer.type !== 'value') throw refused(answer);
  return prints(`${resource.singular}${resource.group === '' ? '' : `.${resource.group}`}/${name} ${did}\n`);
};

export const deleted = ({ resource, name }: Target, options: NonNullable<Extract<ApiRequest, { type: 'delete' }>['options']>, kubectl: Kubectl): void => {
  const answer = kubectl.ask({ type: 'delete', user: USER, resource: resource.groupResource, namespace: namespaceOf(resource, kubectl), name, options });
  if (answer.type === 'status' && answer.status.status === 'Success') return;
  if (answer.type !== 'object' && answer.type !== 'written') throw refused(answer);
};

const refused = (answer: ApiAnswer): KubectlError =>
  new KubectlError(answer.type === 'status' ? `Error from server (${answer.status.reason ?? 'InternalError'}): ${answer.status.message ?? ''}` : `Unable to connect to the server: ${answer.type}`);
