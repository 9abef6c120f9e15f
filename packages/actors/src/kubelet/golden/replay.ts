import { named, seconds, Simulation } from '@naumachia/core';
import type { CoreV1Event, Pod } from '../../api/generated/types.js';
import { kubeletOf } from '../../api/kubelet-requests.js';
import type { ApiRequest } from '../../api/requests.js';
import { kubelet, type KubeletConfig } from '../kubelet.js';
import { type FakeApiServer, fakeApiServer } from '../testing/fake-apiserver.js';
import { leavesOf, type PodTrace, type RecordedScenario, textOfEvent, textOfStatus, tracesOf } from './trace.js';

const APISERVER = named<ApiRequest>('apiserver');
const TEST = { user: { name: 'test', groups: [] }, fieldManager: 'test', resource: 'pods', namespace: 'ns' };
/** How often a recorded `wait` was tried, and for how long. */
const TRY = seconds(0.25);
const TRIES = 2400;
/** What kubectl took to start, and to notice that what it waits for has come true. */
const KUBECTL = seconds(0.75);
/** After the last step the recorder still watched for a moment; what a pod does last is seen in any case. */
const AFTER = seconds(8);

/** Carries out the steps of a scenario on one kubelet and an API server that stores what it is given: what the kubelet wrote of each pod. */
export const replay = (scenario: RecordedScenario): ReadonlyMap<string, PodTrace> => {
  const sim = new Simulation({ seed: 3, definitions: [fakeApiServer, kubelet] });
  const config: KubeletConfig = { node: 'node-1', index: 1, profile: 'recorded', images: ['nginx:1.27'] };
  sim.start([
    { name: 'apiserver', kind: 'apiserver', config: { feeds: ['pods'] } },
    { name: 'kubelet/node-1', kind: 'kubelet', config },
  ]);
  sim.advance(seconds(5));
  const stage: Stage = { sim, server: sim.stateOf<FakeApiServer>('apiserver'), scenario, gated: [] };
  for (const { command, wait, sleep } of scenario.steps) {
    if (sleep !== undefined) sim.advance(seconds(sleep));
    else if (wait !== undefined) waitUntil(stage, wait);
    else if (command !== undefined) {
      carryOut(stage, command);
      sim.advance(KUBECTL);
    }
  }
  sim.advance(AFTER);
  return new Map([...tracesOf(scenario).keys()].map((pod) => [pod, writtenOf(stage.server, pod)]));
};

interface Stage {
  readonly sim: Simulation;
  readonly server: FakeApiServer;
  readonly scenario: RecordedScenario;
  /** Pods that the scheduler does not look at yet. */
  gated: readonly Pod[];
}

/** The commands of the recorded scenarios, without kubectl. */
const carryOut = (stage: Stage, command: string): void => {
  const { sim } = stage;
  const create = (pods: readonly Pod[]): void => pods.forEach((object) => void sim.ask(APISERVER, { type: 'create', ...TEST, object: bound(object) }));
  const [, verb = '', ...words] = command.split(' ');
  if (verb === 'create') {
    const pods = createdBy(stage.scenario, command);
    stage.gated = pods.filter(({ spec }) => spec.schedulingGates);
    create(pods.filter(({ spec }) => !spec.schedulingGates));
  } else if (verb === 'delete') sim.ask(APISERVER, { type: 'delete', ...TEST, name: words[1] ?? '' });
  else if (verb === 'exec') {
    const pod = words[0] ?? '';
    const container = (stage.server.objects.get(`pods/ns/${pod}`)?.value as Pod | undefined)?.spec.containers[0]?.name ?? '';
    const reply = sim.ask(kubeletOf('node-1'), { type: 'containerExec', namespace: 'ns', pod, container, command: words.slice(words.indexOf('--') + 1) });
    if (reply.type !== 'containerExec' || reply.exitCode !== 0) throw new Error(`${command}: ${JSON.stringify(reply)}`);
  } else if (verb === 'patch') {
    const patch = JSON.parse(/ -p '(.*)'$/.exec(command)?.[1] ?? 'null') as { readonly status?: { readonly conditions?: readonly { readonly type: string }[] } };
    if (Array.isArray(patch)) create(stage.gated);
    else {
      const order = patch.status?.conditions?.map(({ type }) => ({ type })) ?? [];
      sim.ask(APISERVER, { type: 'patch', ...TEST, name: words[1] ?? '', subresource: 'status', patchType: 'strategic', patch: { status: { '$setElementOrder/conditions': order, ...patch.status } } });
    }
  } else throw new Error(`no way to run: ${command}`);
};

/** The pods that the recorded command made, as the API server stored them. */
const createdBy = ({ timeline }: RecordedScenario, command: string): readonly Pod[] => {
  const start = timeline.findIndex((entry) => entry.do === command) + 1;
  const end = timeline.findIndex((entry, at) => at >= start && entry.do !== undefined);
  return timeline.slice(start, end < 0 ? undefined : end).flatMap((entry): Pod[] => {
    const [kind, name = ''] = (entry.added ?? '').split(' ');
    const object = entry.object ?? timeline[entry.like ?? -1]?.object;
    return kind === 'Pod' && object ? [{ ...object, metadata: { ...object.metadata, name } }] : [];
  });
};

/** As the scheduler leaves it. */
const bound = (pod: Pod): Pod => {
  const { status } = pod;
  const conditions = pod.spec.nodeName === undefined ? [{ type: 'PodScheduled', status: 'True', lastTransitionTime: '2026-01-01T00:00:00Z' }] : undefined;
  const { schedulingGates, ...spec } = pod.spec;
  const generation = schedulingGates ? 2 : 1;
  return { ...pod, apiVersion: 'v1', kind: 'Pod', metadata: { ...pod.metadata, namespace: 'ns', generation }, spec: { ...spec, nodeName: 'node-1' }, status: { phase: 'Pending', ...(status?.qosClass !== undefined && { qosClass: status.qosClass }), ...(conditions && { conditions }) } };
};

const waitUntil = (stage: Stage, wait: string): void => {
  for (let tries = 0; !holds(stage, wait); tries++) {
    if (tries > TRIES) throw new Error(`gave up waiting: ${wait}`);
    stage.sim.advance(TRY);
  }
  stage.sim.advance(KUBECTL);
};

/** Whether a `wait` of a scenario holds: conditions, jsonpath expressions, and which pods there are. */
const holds = ({ server }: Stage, wait: string): boolean => {
  const pod = (name: string): Pod | undefined => server.objects.get(`pods/ns/${name}`)?.value as Pod | undefined;
  const condition = /^kubectl wait --for=condition=(\w+) pod\/(\S+)/.exec(wait);
  if (condition) return pod(condition[2] ?? '')?.status?.conditions?.some(({ type, status }) => type === condition[1] && status === 'True') === true;
  const jsonpath = /kubectl get pod (\S+) -o jsonpath='\{\.(.+)\}'/.exec(wait);
  if (jsonpath) {
    const value = textAt(pod(jsonpath[1] ?? ''), jsonpath[2] ?? '');
    const compared = /\)" (=|-ge) "?([^"]*)"?$/.exec(wait);
    if (compared) return compared[1] === '=' ? value === compared[2] : Number(value) >= Number(compared[2]);
    const sought = /\| grep -q (.+)$/.exec(wait)?.[1] ?? '.';
    return sought === '.' ? value !== '' : value.includes(sought);
  }
  if (wait.includes('kubectl get pods -o name')) return ![...server.objects.values()].some(({ header }) => header.resource === 'pods');
  const named_ = /kubectl get pod (\S+)$/.exec(wait)?.[1];
  if (named_ !== undefined) return (pod(named_) === undefined) === wait.startsWith('!');
  throw new Error(`no way to wait: ${wait}`);
};

/** What `kubectl -o jsonpath` prints for a path of fields, indices and one filter by type. */
const textAt = (object: unknown, path: string): string => {
  let value: unknown = object;
  for (const [, field, index, type] of path.matchAll(/(\w+)|\[(\d+)\]|\[\?\(@\.type=="(\w+)"\)\]/g)) {
    if (field !== undefined) value = (value as Readonly<Record<string, unknown>> | undefined)?.[field];
    else if (index !== undefined) value = (value as readonly unknown[] | undefined)?.[Number(index)];
    else value = (value as readonly { readonly type: string }[] | undefined)?.find((element) => element.type === type);
  }
  return value === undefined || value === null ? '' : typeof value === 'object' ? JSON.stringify(value) : String(value);
};

const writtenOf = (server: FakeApiServer, name: string): PodTrace => {
  const identities = new Map<string, string>();
  const states: string[] = [];
  const events: string[] = [];
  for (const write of server.writes) {
    if (write.by !== 'system:node:node-1') continue;
    if (write.resource === 'pods' && write.name === name && write.verb === 'patch') states.push(textOfStatus(leavesOf({ status: (write.object as Pod).status }), identities));
    if (write.resource !== 'events') continue;
    const { involvedObject, type, reason, message, count } = write.object as CoreV1Event;
    if (involvedObject.name === name) events.push(textOfEvent({ type: type ?? '', reason: reason ?? '', message: message ?? '', fieldPath: involvedObject.fieldPath, count }, identities));
  }
  return { states, events };
};
