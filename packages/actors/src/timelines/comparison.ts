import type { Entry } from './recording.js';

/** A scenario as the golden set has it. */
export interface Scenario {
  readonly name: string;
  readonly about: string;
  readonly ownNamespace?: boolean;
  readonly nodes?: boolean;
  readonly keep?: string;
  readonly files?: Readonly<Record<string, string | readonly string[]>>;
  readonly steps: readonly { readonly command?: string; readonly wait?: string; readonly sleep?: number; readonly node?: string }[];
  readonly timeline: readonly (Entry & { readonly like?: number })[];
  readonly final: readonly unknown[];
}

/**
 * What a recording must agree on whatever the pace of the machine: who wrote what in which order, but not how many pods were ready
 * when a status happened to be written, nor when. The keys are the objects, with Events apart.
 */
export const milestones = (timeline: Scenario['timeline'], kinds: readonly string[]): ReadonlyMap<string, readonly string[]> => {
  const found = new Map<string, string[]>();
  for (const entry of timeline) {
    const full = entry.like === undefined ? entry : { ...timeline[entry.like], ...entry };
    const object = full.event?.on ?? full.added ?? full.modified ?? full.deleted;
    if (object === undefined || !kinds.some((kind) => object.startsWith(`${kind} `))) continue;
    const key = anonymous(full.event === undefined ? object : `Events of ${object}`);
    const facts = factsOf(full);
    if (facts.length === 0) continue;
    const known = found.get(key);
    if (known) known.push(...facts);
    else found.set(key, facts);
  }
  return found;
};

/** Which revision of the template a set is of stays; which pod is which does not. */
const anonymous = (name: string): string => name.replace(/<r\d+>/g, '<r>');

/** Counts that follow the pods from one state to the next, and what moves with them. */
const COUNT = /^(status\.(observedGeneration|\w*[rR]eplicas)|metadata\.generation|status\.conditions\[\w+\]\.(last\w+Time|status|message|type))$/;

const factsOf = (entry: Entry): string[] => {
  if (entry.event !== undefined) return [canonical([entry.event.type, entry.event.reason, entry.event.message, entry.event.from])];
  if (entry.added !== undefined) {
    // Where the golden set says `like`, the object shown is another's but for its name.
    const { metadata, ...rest } = entry.object as { readonly metadata: Readonly<Record<string, unknown>> };
    return [`added by ${entry.by ?? ''}: ${canonical({ ...rest, metadata: { ...metadata, name: '' } })}`];
  }
  if (entry.deleted !== undefined) return ['deleted'];
  const set = Object.entries(entry.set ?? {}).filter(([path]) => !COUNT.test(path)).map(([path, value]) => `${path} = ${canonical(value)}`);
  const unset = (entry.unset ?? []).filter((path) => !COUNT.test(path) && path !== 'status').map((path) => `${path} unset`);
  return [...set, ...unset].sort();
};

/** Steps of a rollout: how large they are depends on how many pods became ready between two syncs. */
const STEP = /ScalingReplicaSet|^spec\.replicas = |Progressing\]\.reason = "ReplicaSetUpdated"|Available\]\.reason = "MinimumReplicasUnavailable"/;

/** The milestones without the steps of rollouts. */
export const withoutSteps = (found: ReadonlyMap<string, readonly string[]>): ReadonlyMap<string, readonly string[]> =>
  new Map([...found].map(([object, facts]): [string, readonly string[]] => [object, facts.filter((fact) => !STEP.test(fact))]).filter(([, facts]) => facts.length > 0));

/** One text for what differs in the order of keys, in times and in the names that chance gave. */
export const canonical = (value: unknown): string =>
  JSON.stringify(sorted(value))
    .replace(/<[+-]\d+s>/g, '<s>')
    .replace(/<([rh]|ip|node|container)\d+>/g, '<$1>');

const sorted = (value: unknown): unknown => {
  if (Array.isArray(value)) return value.map(sorted);
  if (typeof value !== 'object' || value === null) return value;
  return Object.fromEntries(Object.entries(value).sort(([a], [b]) => (a < b ? -1 : 1)).map(([key, inner]) => [key, sorted(inner)]));
};
