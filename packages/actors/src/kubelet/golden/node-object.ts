import { seconds, Simulation } from '@naumachia/core';
import type { Node } from '../../api/generated/types.js';
import { kubelet, type KubeletConfig } from '../kubelet.js';
import { type FakeApiServer, fakeApiServer } from '../testing/fake-apiserver.js';
import { leavesOf, normalise, type RecordedScenario } from './trace.js';

/** Written by other components than the kubelet, or what a recorder left out of one side. */
const NOT_COMPARED = /^(apiVersion|kind|metadata\.(uid|creationTimestamp))|volumes\.kubernetes|node\.alpha|podCIDR|images|^spec$/;

/** A line for each field of a node that its kubelet decides. */
const linesOf = (node: object): string[] => {
  const leaves = leavesOf(node);
  const identities = new Map<string, string>();
  const paths = Object.keys(leaves).sort().filter((path) => !NOT_COMPARED.test(path));
  return paths.map((path) => `${path} = ${normalise(JSON.stringify(leaves[path]), identities)}`);
};

/** Registers a node and returns the first difference from each recorded one, if there is one. */
export const compareNodeObject = (scenario: RecordedScenario): string | undefined => {
  for (const object of scenario.final) {
    if (object.kind !== 'Node') continue;
    const name = object.metadata.name ?? '';
    const sim = new Simulation({ seed: 5, definitions: [fakeApiServer, kubelet] });
    const config: KubeletConfig = { node: name, index: Number(/\d+$/.exec(name)?.[0] ?? 1), profile: 'recorded' };
    sim.start([
      { name: 'apiserver', kind: 'apiserver', config: { feeds: ['pods'] } },
      { name: `kubelet/${name}`, kind: 'kubelet', config },
    ]);
    sim.advance(seconds(2));
    const ours = linesOf(sim.stateOf<FakeApiServer>('apiserver').objects.get(`nodes//${name}`)?.value ?? {});
    const recorded = linesOf(object as Node);
    for (const line of recorded) if (!ours.includes(line)) return `Node ${name}: ${ours.find((mine) => mine.split(' = ', 1)[0] === line.split(' = ', 1)[0]) ?? 'nothing'} instead of ${line}`;
    const surplus = ours.find((line) => !recorded.includes(line));
    if (surplus !== undefined) return `Node ${name}: ${surplus} instead of nothing`;
  }
  return undefined;
};
