import type { ApiAnswer, ApiRequest, KubernetesObject, Stored, UserInfo } from '@naumachia/actors';
import { resourceByKind } from '@naumachia/actors/api';
import { named, type Port, seconds } from '@naumachia/core';
import type { Labels } from './operation.js';
import { WorkloadFailed } from './workload-failed.js';

/** The client of a workload: what scheduler_perf's test does with clients of client-go. It keeps to no rate of its own. */
export interface WorkloadClient {
  /** Refusals are values; what is refused for overload alone is tried again. */
  readonly ask: (request: Asked) => Promise<ApiAnswer>;
  /** Throws `WorkloadFailed` when it is refused. Answers with the name. */
  readonly create: (object: KubernetesObject, namespace: string) => Promise<string>;
  /** All objects of a kind, by name. */
  readonly list: (resource: string, namespace: string, labels?: Labels) => Promise<readonly Stored[]>;
}

type Distributed<R> = R extends ApiRequest ? Omit<R, 'user' | 'fieldManager'> : never;
type Asked = Distributed<ApiRequest>;

const API = named<ApiRequest>('apiserver');
const USER: UserInfo = { name: 'kubernetes-admin', groups: ['system:masters', 'system:authenticated'] };
const MANAGER = 'scheduler_perf';
/** `serverOpts.RequestTimeout`: long enough to delete the pods of the largest test cases. */
const TIMEOUT = seconds(600);
const PAGE = 500;

export const workloadClient = (port: Port, over: AbortSignal): WorkloadClient => {
  const ask: WorkloadClient['ask'] = async (request) => {
    for (;;) {
      const answer: ApiAnswer = await port.request(API, { ...request, user: USER, fieldManager: MANAGER }, TIMEOUT);
      const isOverloaded = answer.type === 'failure' ? answer.reason === 'overloaded' : answer.type === 'status' && answer.status.code === 429;
      if (!isOverloaded || over.aborted) return answer;
      await new Promise((resolve) => void setTimeout(resolve, 50));
    }
  };
  return {
    ask,
    create: async (object, namespace) => {
      const { groupResource: resource } = resourceOf(object);
      const answer = await ask({ type: 'create', resource, namespace, object, brief: true });
      if (answer.type === 'written') return answer.name;
      throw new WorkloadFailed(`${object.kind} ${object.metadata.name ?? `${object.metadata.generateName ?? ''}*`} was refused: ${messageOf(answer)}`);
    },
    list: async (resource, namespace, labels = {}) => {
      const labelSelector = Object.entries(labels).map(([name, value]) => `${name}=${value}`).join(',');
      const items: Stored[] = [];
      for (let next: string | undefined = ''; next !== undefined; ) {
        const answer: ApiAnswer = await ask({ type: 'list', resource, namespace, limit: PAGE, ...(labelSelector !== '' && { labelSelector }), ...(next !== '' && { continue: next }) });
        if (answer.type !== 'list') throw new WorkloadFailed(`${resource} cannot be listed: ${messageOf(answer)}`);
        items.push(...answer.items);
        next = answer.continue;
      }
      return items;
    },
  };
};

export const resourceOf = (object: KubernetesObject): NonNullable<ReturnType<typeof resourceByKind>> => {
  const resource = resourceByKind(object.apiVersion, object.kind);
  if (!resource) throw new WorkloadFailed(`no matches for kind "${object.kind}" in version "${object.apiVersion}"`);
  return resource;
};

export const messageOf = (answer: ApiAnswer): string => (answer.type === 'status' ? (answer.status.message ?? 'no reason given') : answer.type === 'failure' ? answer.reason : answer.type);

export const isSuccess = (answer: ApiAnswer): boolean => answer.type !== 'failure' && (answer.type !== 'status' || answer.status.status === 'Success');

/** Does something `count` times, `atOnce` of them side by side. */
export const inParallel = async (count: number, atOnce: number, each: (index: number) => Promise<void>): Promise<void> => {
  let next = 0;
  const worker = async (): Promise<void> => {
    for (let index = next++; index < count; index = next++) await each(index);
  };
  await Promise.all(Array.from({ length: Math.min(atOnce, count) }, worker));
};
