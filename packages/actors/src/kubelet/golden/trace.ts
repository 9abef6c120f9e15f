import type { Pod } from '../../api/generated/types.js';
import type { KubernetesObject } from '../../api/object.js';

/** An entry of a recorded timeline; the format is that of test/golden/kubelet. */
export interface Entry {
  readonly t: number;
  readonly do?: string;
  readonly added?: string;
  readonly modified?: string;
  readonly by?: string;
  readonly object?: Pod;
  readonly like?: number;
  readonly set?: Readonly<Record<string, unknown>>;
  readonly unset?: readonly string[];
  readonly event?: { readonly on: string; readonly type: string; readonly reason: string; readonly message: string; readonly fieldPath?: string; readonly from: string; readonly count?: number };
}

/** What a kubelet wrote of one pod. */
export interface PodTrace {
  readonly states: readonly string[];
  readonly events: readonly string[];
}

/** A scenario of the golden set `kubelet`, as far as it concerns pods and nodes. */
export interface RecordedScenario {
  readonly name: string;
  readonly steps: readonly { readonly command?: string; readonly wait?: string; readonly sleep?: number; readonly node?: string }[];
  readonly timeline: readonly Entry[];
  readonly final: readonly KubernetesObject[];
}

export type Leaves = Record<string, unknown>;

/** The leaves of a value by path; elements of lists are named by their type or name, as in the recordings. */
export const leavesOf = (value: unknown, path = '', leaves: Leaves = {}): Leaves => {
  if (Array.isArray(value) && value.length > 0 && value.every((element) => element && typeof element === 'object' && ('type' in element || 'name' in element))) {
    for (const element of value as { type?: string; name?: string }[]) leavesOf(element, `${path}[${element.type ?? element.name}]`, leaves);
  } else if (value && typeof value === 'object' && !Array.isArray(value) && Object.keys(value).length > 0) {
    for (const [field, inner] of Object.entries(value)) leavesOf(inner, path === '' ? field : `${path}.${field}`, leaves);
  } else leaves[path] = value;
  return leaves;
};

/** One text of a status: without times and nulls, identities numbered as they appear in this pod. */
export const textOfStatus = (leaves: Leaves, identities: Map<string, string>): string => {
  const lines: string[] = [];
  for (const path of Object.keys(leaves).sort()) {
    if (!path.startsWith('status') || leaves[path] === null || leaves[path] === undefined) continue;
    lines.push(`${path} = ${normalise(JSON.stringify(leaves[path]), identities)}`);
  }
  return lines.join('\n');
};

/** `keep` numbers identities (addresses, containers) in order of appearance. */
export const normalise = (text: string, identities: Map<string, string>): string =>
  text
    .replace(/in (?:[\d.]+m?s|<t>) \((?:[\d.]+m?s|<t>) including waiting\)\. Image size: (?:\d+|<n>) bytes/g, 'in <t> (<t> including waiting). Image size: <n> bytes')
    .replace(/[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}/g, '<uid>')
    .replaceAll('_ns(', '_<ns>(')
    .replace(/sha256:[0-9a-f]{64}/g, 'sha256:<digest>')
    .replace(/\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ|<[+-]\d+s>/g, '<time>')
    .replace(/containerd:\/\/[0-9a-f]{64}|<container\d+>|<ip\d+>|\b\d{1,3}\.\d{1,3}\.\d{1,3}\.\d{1,3}\b/g, (identity) => {
      const kind = identity.includes('container') ? 'container' : 'ip';
      const known = identities.get(identity);
      if (known !== undefined) return known;
      let count = 1;
      for (const other of identities.values()) if (other.startsWith(`<${kind}`)) count++;
      const made = `<${kind}${count}>`;
      identities.set(identity, made);
      return made;
    });

export interface EventFields {
  readonly type?: string;
  readonly reason?: string;
  readonly message?: string;
  readonly fieldPath?: string | undefined;
  readonly count?: number | undefined;
}

/** One text of an event. Counts of events that name how long something took vary with it, so they are left out. */
export const textOfEvent = ({ type, reason, message = '', fieldPath, count = 1 }: EventFields, identities: Map<string, string>): string =>
  `${type} ${reason} ${fieldPath ?? ''} ${normalise(message, identities)}${message.includes('including waiting') ? '' : ` x${count}`}`;

/** What a kubelet wrote of each pod of a recorded scenario. */
export const tracesOf = ({ timeline }: Pick<RecordedScenario, 'timeline'>): ReadonlyMap<string, PodTrace> => {
  const traces = new Map<string, { readonly states: string[]; readonly events: string[]; readonly leaves: Leaves; readonly identities: Map<string, string> }>();
  for (const entry of timeline) {
    const [kind, name = ''] = (entry.added ?? entry.modified ?? entry.event?.on ?? '').split(' ');
    if (kind !== 'Pod') continue;
    if (entry.added !== undefined) {
      const object = entry.object ?? timeline[entry.like ?? -1]?.object;
      traces.set(name, { states: [], events: [], leaves: leavesOf({ status: object?.status }), identities: new Map() });
      continue;
    }
    const trace = traces.get(name);
    if (trace === undefined) continue;
    if (entry.modified !== undefined) {
      const change = entry.set || entry.unset ? entry : (timeline[entry.like ?? -1] ?? entry);
      // A leaf of the kind `lastState: {}` gives way to what is inside of it.
      for (const path of change.unset ?? []) delete trace.leaves[path];
      for (const [path, value] of Object.entries(change.set ?? {})) trace.leaves[path] = value;
      if (isOfKubelet(entry, change)) trace.states.push(textOfStatus(trace.leaves, trace.identities));
    } else if (entry.event?.from === 'kubelet') trace.events.push(textOfEvent(entry.event, trace.identities));
  }
  return traces;
};

const isOfKubelet = ({ by = '' }: Entry, { set, unset }: Entry): boolean => {
  if (set === undefined) return unset?.every((path) => path.startsWith('status.')) === true;
  return Object.keys(set).some((path) => path.startsWith('status.')) && !('spec.nodeName' in set) && !by.startsWith('kubectl');
};
