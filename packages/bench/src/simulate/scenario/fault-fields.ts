import type { Fault, SwarmFault } from './scenario.js';
import { counts, durations, probabilities, probability, type Span, text } from '../../yaml/values.js';
import { checked, mapping, optional, type Parser, type Place, report, required, scalar } from '../../yaml/place.js';
import { isSeq } from 'yaml';

const CONTROL_PLANE = ['etcd', 'apiserver', 'scheduler', 'controller-manager'];

/** Who can fail: a component, a node or one that the seed draws. */
const nameProblem = (name: string, nodes: number): string | undefined => {
  if (CONTROL_PLANE.includes(name)) return undefined;
  if (isProcess(name)) return `${name} is a process, which can be killed, restarted and paused`;
  const { number } = /^(?:kubelet\/|kube-proxy\/)?node-(?<number>\d+|\?|\*)$/.exec(name)?.groups ?? {};
  if (number === undefined && !/^(?:kubelet|kube-proxy)\/[?*]$/.test(name)) {
    return `there is no ${JSON.stringify(name)}; there are ${CONTROL_PLANE.join(', ')}, node-1, kubelet/node-1, kube-proxy/node-1, and with ? or * for the number one or all of them`;
  }
  return number !== undefined && Number(number) > nodes ? `there is no ${JSON.stringify(name)}: the scenario has ${nodes} nodes` : undefined;
};

/** Who can end: these, or a process of hosts where a run has several. */
const endingProblem = (name: string, { nodes, processes }: Extent): string | undefined => {
  if (!isProcess(name)) return nameProblem(name, nodes);
  const number = Number(name.slice(name.lastIndexOf('-') + 1));
  if (processes === 0) return `there is no ${JSON.stringify(name)}: everything is in one process here`;
  return number > processes ? `there is no ${JSON.stringify(name)}: the run has ${processes} processes` : undefined;
};

/** How many nodes and, beside its own, processes a run has. */
interface Extent {
  readonly nodes: number;
  readonly processes: number;
}

export const isProcess = (name: string): boolean => /^process-(?:\d+|\?|\*)$/.test(name);

const between = (nodes: number): Parser<readonly [string, string]> => (place) => {
  if (!isSeq(place.node) || place.node.items.length !== 2) return report(place, 'expected the two ends of a link, such as [apiserver, kubelet/?]');
  const ends = place.node.items.map((node, index) => {
    const end: Place = { ...place, node, field: `${place.field}[${index}]` };
    return checked(text, (name) => (name === '*' || name === 'user' ? undefined : nameProblem(name, nodes)))(end);
  });
  const [from, to] = ends;
  return from === undefined || to === undefined ? undefined : [from, to];
};

const flag: Parser<boolean> = scalar((value) => (typeof value === 'boolean' ? value : undefined), 'true or false');
const ALWAYS: Span = { least: 1, most: 1 };

/** What each kind of fault is written as; exactly one stands in an entry. */
const kinds = (extent: Extent) => {
  const ending = required(checked(text, (name) => endingProblem(name, extent)));
  const actor = required(checked(text, (name) => nameProblem(name, extent.nodes)));
  const ends = required(between(extent.nodes));
  const long = required(durations);
  return {
    kill: mapping({ actor: ending, for: long }),
    restart: mapping({ actor: ending }),
    pause: mapping({ actor: ending, for: long }),
    slow: mapping({ actor, perStep: long, for: long }),
    partition: mapping({ between: ends, oneWay: optional(flag), for: long }),
    stall: mapping({ between: ends, oneWay: optional(flag), for: long }),
    delay: mapping({ between: ends, by: long, for: long }),
    reset: mapping({ between: ends, probability: optional(probabilities), for: long }),
  } satisfies { readonly [K in Fault['type']]: Parser<unknown> };
};

type Kinds = ReturnType<typeof kinds>;
type KindFields = { readonly [K in keyof Kinds]: ReturnType<typeof optional<NonNullable<ReturnType<Kinds[K]>>>> };

/** One entry of `faults`, or of `swarm`, where `times` and `chance` may stand as well. */
const entry = (extent: Extent, own: boolean) => {
  const fields = Object.fromEntries(Object.entries(kinds(extent)).map(([name, parse]) => [name, optional(parse as Parser<unknown>)])) as unknown as KindFields;
  const parse = mapping({ at: required(durations), ...(own && { times: optional(counts(0, 1000)), chance: optional(probability) }), ...fields });
  return (place: Place): SwarmFault | undefined => {
    const read = parse(place) as ({ readonly at: Span; readonly times?: Span; readonly chance?: number } & { readonly [K in Fault['type']]?: object }) | undefined;
    if (read === undefined) return undefined;
    const present = (Object.keys(fields) as Fault['type'][]).filter((name) => read[name] !== undefined);
    const [type] = present;
    if (type === undefined || present.length > 1) return report(place, `expected one of ${Object.keys(fields).join(', ')}${type === undefined ? '' : `, found ${present.join(' and ')}`}`);
    const details = { oneWay: false, probability: ALWAYS, ...withoutAbsent(read[type] as object) };
    return { type, at: read.at, times: read.times ?? ALWAYS, chance: read.chance ?? 0.5, ...details } as unknown as SwarmFault;
  };
};

const withoutAbsent = (fields: object): object => Object.fromEntries(Object.entries(fields).filter(([, value]) => value !== undefined));

export const plannedFault = (nodes: number, processes = 0): Parser<Fault> => entry({ nodes, processes }, false);
export const swarmFault = (nodes: number, processes = 0): Parser<SwarmFault> => entry({ nodes, processes }, true);
