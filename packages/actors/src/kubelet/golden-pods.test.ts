import { readFileSync } from 'node:fs';
import { type Instant, named, seconds, Simulation } from '@naumachia/core';
import { describe, expect, test } from 'vitest';
import type { CoreV1Event, Pod } from '../api/generated/types.js';
import { kubeletOf } from '../api/kubelet-requests.js';
import type { ApiRequest } from '../api/requests.js';
import { kubelet, type KubeletConfig } from './kubelet.js';
import { type FakeApiServer, fakeApiServer } from './testing/fake-apiserver.js';
import { type GoldenPods, leavesOf, type PodTrace, readGoldenPods, textOfEvent, textOfStatus } from './testing/golden-pods.js';

const APISERVER = named<ApiRequest>('apiserver');
const TEST = { user: { name: 'test', groups: [] }, fieldManager: 'test', resource: 'pods', namespace: 'ns' };

/** What else happens in a scenario: at a second after its start, or as soon as a pod shows something. */
type Action = { readonly when: (pod: Pod) => boolean; readonly pod: string; readonly act: (sim: Simulation) => void };

const isReady = (pod: Pod): boolean => pod.status?.conditions?.some(({ type, status }) => type === 'Ready' && status === 'True') === true;
const remove = (pod: string) => (sim: Simulation) => void sim.ask(APISERVER, { type: 'delete', ...TEST, name: pod });
const openGate = (sim: Simulation): void =>
  void sim.ask(APISERVER, { type: 'patch', ...TEST, name: 'p', subresource: 'status', patchType: 'strategic', patch: { status: { '$setElementOrder/conditions': [{ type: 'example.com/gate' }], conditions: [{ type: 'example.com/gate', status: 'True' }] } } });

const replay = (golden: GoldenPods, actions: readonly Action[]): Map<string, PodTrace> => {
  const sim = new Simulation({ seed: 3, definitions: [fakeApiServer, kubelet] });
  const config: KubeletConfig = { node: 'node-1', index: 1, profile: 'recorded', images: ['nginx:1.27'] };
  sim.start([
    { name: 'apiserver', kind: 'apiserver', config: { feeds: ['pods'] } },
    { name: 'kubelet/node-1', kind: 'kubelet', config },
  ]);
  sim.advance(seconds(5));
  const server = sim.stateOf<FakeApiServer>('apiserver');
  const start = sim.now;
  for (const { pod, at } of golden.pods) {
    sim.runUntil((start + at * 1000) as Instant);
    sim.ask(APISERVER, { type: 'create', ...TEST, object: bound(pod) });
  }
  const open = [...actions];
  const end = (start + (golden.lastSecond + 8) * 1000) as Instant;
  while (sim.now < end) {
    sim.advance(seconds(0.25));
    const next = open[0];
    const stored = next && server.objects.get(`pods/ns/${next.pod}`);
    if (next && stored && next.when(stored.value as Pod)) {
      open.shift();
      sim.advance(seconds(0.75));
      next.act(sim);
    }
  }
  expect(open).toEqual([]);
  return tracesOf(server, golden);
};

/** As the scheduler leaves it. */
const bound = (pod: Pod): Pod => {
  const { status } = pod;
  const conditions = pod.spec.nodeName === undefined ? [{ type: 'PodScheduled', status: 'True', lastTransitionTime: '2026-01-01T00:00:00Z' }] : undefined;
  const { schedulingGates, ...spec } = pod.spec;
  const generation = schedulingGates ? 2 : 1;
  return { ...pod, apiVersion: 'v1', kind: 'Pod', metadata: { ...pod.metadata, namespace: 'ns', generation }, spec: { ...spec, nodeName: 'node-1' }, status: { phase: 'Pending', ...(status?.qosClass !== undefined && { qosClass: status.qosClass }), ...(conditions && { conditions }) } };
};

const tracesOf = (server: FakeApiServer, golden: GoldenPods): Map<string, PodTrace> => {
  const traces = new Map<string, PodTrace>();
  for (const { name } of golden.pods) {
    const identities = new Map<string, string>();
    const states: string[] = [];
    const events: string[] = [];
    for (const write of server.writes) {
      if (write.by !== 'system:node:node-1') continue;
      if (write.resource === 'pods' && write.name === name && write.verb === 'patch') states.push(textOfStatus(leavesOf({ status: (write.object as Pod).status }), identities));
      const { involvedObject, type, reason, message, count } = write.object as CoreV1Event;
      if (write.resource === 'events' && involvedObject.name === name) events.push(textOfEvent({ type: type ?? '', reason: reason ?? '', message: message ?? '', fieldPath: involvedObject.fieldPath, count }, identities));
    }
    traces.set(name, { states, events });
  }
  return traces;
};

/** The recorded states in order, where the recording may have merged some of ours into one; and the last one is the same. */
const expectStates = (ours: readonly string[], recorded: readonly string[]): void => {
  let at = 0;
  for (const state of recorded) {
    const found = ours.indexOf(state, at);
    if (found < 0) {
      // Shows the nearest difference.
      expect(ours[at] ?? ours.at(-1) ?? '').toEqual(state);
    }
    at = found + 1;
  }
};

const exec = (...command: string[]) => (sim: Simulation): void => {
  const reply = sim.ask(kubeletOf('node-1'), { type: 'containerExec', namespace: 'ns', pod: 'p', container: 'c', command });
  expect(reply).toMatchObject({ type: 'containerExec', exitCode: 0 });
};

const CASES: readonly (readonly [name: string, actions: readonly Action[]])[] = [
  ['pod-simple', [{ pod: 'p', when: isReady, act: remove('p') }]],
  ['pod-completes', []],
  ['pod-fails', []],
  ['pod-crash-loop', []],
  ['pod-bad-image', []],
  ['pod-private-image', []],
  ['pod-init', []],
  ['pod-init-fails', []],
  ['pod-grace', [{ pod: 'p', when: isReady, act: remove('p') }]],
  ['pod-host-network', []],
  ['pod-qos', []],
  ['pod-rejected', []],
  ['pod-gates', [{ pod: 'p', when: (pod) => pod.status?.conditions?.some(({ type, status }) => type === 'ContainersReady' && status === 'True') === true, act: openGate }]],
  ['pod-deadline', []],
  ['pod-start-error', []],
  ['pod-readiness', [{ pod: 'p', when: (pod) => pod.status?.phase === 'Running', act: (sim) => (sim.advance(seconds(2.5)), exec('touch', '/tmp/ok')(sim)) }, { pod: 'p', when: isReady, act: exec('rm', '/tmp/ok') }]],
  ['pod-liveness', []],
  ['pod-startup', []],
  ['pod-sidecar', []],
];

/** These go on after the recording ends. */
const LOOPS = new Set(['pod-crash-loop', 'pod-bad-image', 'pod-private-image', 'pod-start-error', 'pod-readiness', 'pod-liveness', 'pod-startup']);

describe('a kubelet writes what the real one wrote', () => {
  for (const [name, actions] of CASES) {
    test(name, () => {
      const golden = readGoldenPods(readFileSync(new URL(`../../../../test/golden/kubelet/${name}.json`, import.meta.url), 'utf8'));
      const ours = replay(golden, actions);
      for (const [pod, recorded] of golden.traces) {
        const trace = ours.get(pod) as PodTrace;
        expectStates(trace.states, recorded.states);
        if (!LOOPS.has(name)) {
          expect(trace.states.at(-1)).toEqual(recorded.states.at(-1));
          expect(trace.events.length).toBe(recorded.events.length);
        }
        expect(trace.states.length - recorded.states.length, 'states that the recording does not have').toBeLessThanOrEqual(LOOPS.has(name) ? 4 : 1);
        expect(trace.events.slice(0, recorded.events.length)).toEqual(recorded.events);
      }
    });
  }
});
