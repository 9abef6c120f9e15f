import { type ClusterLinkEnd, type ClusterSpec, type ComponentKind, CONTROL_PLANE_COMPONENTS, linkLatency, NODE_COMPONENTS, type NodeGroup, PLAIN_GROUP } from '@naumachia/actors/cluster';
import { dns1123LabelErrors, labelKeyErrors, labelValueErrors, readQuantity } from '@naumachia/actors/api';
import { isMap, isScalar, isSeq, type Node } from 'yaml';
import { oneOf, text, wholeNumber } from '../yaml/values.js';
import { checked, listOf, mapping, optional, type Parser, type Place, report, required, scalar, shown } from '../yaml/place.js';

export const MOST_NODES = 100_000;
const MOST_HOSTS = 256;
const ZONE_LABEL = 'topology.kubernetes.io/zone';
const COMPONENTS: readonly ComponentKind[] = [...CONTROL_PLANE_COMPONENTS, ...NODE_COMPONENTS];

const flag: Parser<boolean> = scalar((value) => (typeof value === 'boolean' ? value : undefined), 'true or false');
const dnsLabel = checked(text, (name) => refusal(name, dns1123LabelErrors(name)));
const labelValue = checked(text, (value) => refusal(value, labelValueErrors(value)));
const anyText: Parser<string> = scalar((value) => (typeof value === 'string' ? value : undefined), 'a text (numbers and true or false in quotation marks)');

/** The first of Kubernetes' own words on a name, which do not repeat it. */
const refusal = (name: string, [error]: readonly string[]): string | undefined => (error === undefined ? undefined : `${JSON.stringify(name)}: ${error}`);

const labels: Parser<Readonly<Record<string, string>>> = (place) => {
  if (!isMap(place.node)) return report(place, `expected a mapping from labels to their values, found ${shown(place)}`);
  const before = place.errors.length;
  const found: Record<string, string> = {};
  for (const pair of place.node.items) {
    const key = isScalar(pair.key) ? String(pair.key.value) : '';
    const inner: Place = { ...place, node: pair.value, field: `${place.field}[${JSON.stringify(key)}]`, offset: (pair.key as Node).range?.[0] ?? place.offset };
    const wrong = refusal(key, labelKeyErrors(key));
    if (wrong !== undefined) report({ ...inner, node: pair.key }, wrong);
    else if (key === ZONE_LABEL) report({ ...inner, node: pair.key }, 'is what the field `zone` of a group says');
    else found[key] = checked(anyText, (value) => refusal(value, labelValueErrors(value)))(inner) ?? '';
  }
  return place.errors.length > before ? undefined : found;
};

const taint = mapping({ key: required(checked(text, (key) => refusal(key, labelKeyErrors(key)))), value: optional(checked(anyText, (value) => refusal(value, labelValueErrors(value)))), effect: required(oneOf(['NoSchedule', 'PreferNoSchedule', 'NoExecute'])) });

const amount: Parser<string> = (place) => {
  const value = isScalar(place.node) ? place.node.value : undefined;
  if (typeof value !== 'string' && typeof value !== 'number') return report(place, `expected an amount such as 4, 500m or 8Gi, found ${shown(place)}`);
  const read = readQuantity(String(value));
  return 'error' in read || read.nano < 0n ? report(place, `expected an amount such as 4, 500m or 8Gi, found ${shown(place)}`) : String(value);
};
const podCount: Parser<string> = (place) => {
  const value = isScalar(place.node) ? Number(place.node.value) : Number.NaN;
  return Number.isInteger(value) && value >= 0 ? String(value) : report(place, `expected a whole number of pods, found ${shown(place)}`);
};

const group: Parser<NodeGroup> = mapping({
  name: required(checked(dnsLabel, (name) => (name === PLAIN_GROUP ? `nodes of the name ${PLAIN_GROUP}-1 are those that the field \`nodes\` counts; choose another name` : undefined))),
  count: required(wholeNumber(0, MOST_NODES)),
  zone: optional(labelValue),
  labels: optional(labels),
  taints: optional(listOf(taint)),
  capacity: optional(mapping({ cpu: optional(amount), memory: optional(amount), 'ephemeral-storage': optional(amount), pods: optional(podCount) })),
}) as Parser<NodeGroup>;

const latency: Parser<string> = scalar((value) => (typeof value === 'string' && linkLatency(value) ? value : undefined), 'a latency such as 20ms, or a span such as 10ms..30ms');

/** What the ends of links may speak of. */
interface Places {
  readonly groups: ReadonlySet<string>;
  readonly zones: ReadonlySet<string>;
}

const known = (what: string, names: ReadonlySet<string>): Parser<string> =>
  checked(text, (name) => (names.has(name) ? undefined : `there is no ${what} ${JSON.stringify(name)}; there ${names.size === 1 ? 'is' : 'are'} ${[...names].join(', ') || 'none'}`));

const linkEnd = ({ groups, zones }: Places): Parser<ClusterLinkEnd> => {
  const fields = mapping({ component: optional(oneOf(COMPONENTS)), group: optional(known('group', groups)), zone: optional(known('zone', zones)) });
  return (place) => (isMap(place.node) ? (fields(place) as ClusterLinkEnd | undefined) : oneOf(['*', ...COMPONENTS] as const)(place));
};

const link = (places: Places): Parser<NonNullable<ClusterSpec['links']>[number]> => {
  const end = linkEnd(places);
  const between: Parser<readonly [ClusterLinkEnd, ClusterLinkEnd]> = (place) => {
    if (!isSeq(place.node) || place.node.items.length !== 2) return report(place, 'expected the two ends of a link, such as [{ zone: a }, { zone: b }] or [apiserver, kubelet]');
    const ends = listOf(end)(place) ?? [];
    const [first, second] = ends;
    return first === undefined || second === undefined ? undefined : [first, second];
  };
  return mapping({ between: required(between), oneWay: optional(flag), latency: required(latency) }) as Parser<NonNullable<ClusterSpec['links']>[number]>;
};

/** All fields of a cluster; links speak of the places that are known by then. */
export const clusterFields = (places: Places): Parser<object> =>
  mapping({
    name: optional(dnsLabel),
    mode: optional(oneOf(['packed', 'threads', 'simulated'])),
    hosts: optional(wholeNumber(0, MOST_HOSTS)),
    seed: optional(wholeNumber(0, Number.MAX_SAFE_INTEGER)),
    latency: optional(oneOf(['recorded', 'none'])),
    controllers: optional(oneOf(['all', 'none'])),
    controlPlane: optional(mapping({ zone: optional(labelValue) })),
    nodes: optional(wholeNumber(0, MOST_NODES)),
    nodeGroups: optional(listOf(group)),
    links: optional(listOf(link(places))),
  });
