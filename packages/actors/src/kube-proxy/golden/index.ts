import type { EndpointSlice, Node, Service } from '../../api/generated/types.js';
import { compileService, protocolNumber } from '../compiled-service.js';
import { compileSlice, serviceOfSlice } from '../compiled-slice.js';
import { iptablesRouteOf } from '../iptables-route.js';
import { inAnyRange, type IpAddress, isLoopback, parseIp, parseRanges } from '../ip-address.js';
import { type LocalDetector, nodePortAddressesOf, type NodeView, type Packet, type ProxyMode } from '../node-view.js';
import { routeOf, type Verdict, verdictOf } from '../route.js';
import { applyChanges, EMPTY_TABLE, type ServiceTable, type TableChange } from '../service-table.js';

/** What came of one recorded case. */
export interface VerdictComparison {
  readonly packets: number;
  /** Packets that met something else than in the recording, and the first of them in words. */
  readonly different: number;
  readonly difference?: string;
}

interface Config {
  readonly nodeIPs: readonly string[];
  readonly interfaces: readonly { readonly name: string; readonly addresses: readonly string[] }[];
  readonly detectLocalMode: string;
  readonly clusterCIDRs?: readonly string[];
  readonly bridgeInterface?: string;
  readonly interfaceNamePrefix?: string;
  readonly nodePortAddresses?: readonly string[];
  readonly masqueradeAll?: boolean;
  readonly serviceCIDRs?: readonly string[];
  readonly localhostNodePorts: boolean;
  readonly randomFully: boolean;
}

interface Case {
  readonly config: Config;
  readonly node: Node;
  readonly steps: readonly {
    readonly apply: readonly (Service | EndpointSlice | Node)[];
    readonly delete: readonly { readonly kind: string; readonly namespace: string; readonly name: string }[];
  }[];
}

interface Probe {
  readonly step: number;
  readonly service?: string;
  readonly via: string;
  readonly dst: string;
  readonly endpointPod?: string;
  readonly from: Readonly<Record<string, unknown>>;
}

/** Who sends, by family; `endpointPod` is named by the probe, and what a node sends to a loopback address comes from there. */
const SOURCES: Readonly<Record<string, readonly [ipv4: string, ipv6: string]>> = {
  pod: ['10.244.1.200', 'fd00:10:244:1::c8'],
  remotePod: ['10.244.2.200', 'fd00:10:244:2::c8'],
  node: ['192.168.50.10', 'fd00:50::10'],
  external: ['198.51.100.7', 'fd00:98::7'],
  external2: ['192.0.2.9', 'fd00:97::9'],
};

/**
 * Compares a case (text of `cases/ID.txtar`, of which only `input.json` is read) with the verdicts of a real kernel that the rules of
 * the real kube-proxy in this mode were loaded into (text of `verdicts/ID.jsonl`).
 */
export const compareVerdicts = (caseText: string, verdictText: string, mode: ProxyMode = 'nftables'): VerdictComparison => {
  const golden = JSON.parse(inputOf(caseText)) as Case;
  const probes = verdictText.split('\n').filter(Boolean).map((line) => JSON.parse(line) as Probe);
  const route = mode === 'nftables' ? routeOf : iptablesRouteOf;
  let table = EMPTY_TABLE;
  let node = golden.node;
  const slices = new Map<string, string>();
  let packets = 0;
  let different = 0;
  let difference: string | undefined;
  for (const [at, step] of golden.steps.entries()) {
    node = (step.apply.find((object) => object.kind === 'Node') as Node | undefined) ?? node;
    table = applyStep(table, step, slices);
    const view = viewOf(golden.config, node, mode);
    for (const probe of probes) {
      if (probe.step !== at + 1) continue;
      for (const [from, verdicts] of Object.entries(probe.from)) {
        const packet = packetOf(golden.config, probe, from);
        const expected = JSON.stringify(ofMode(verdicts, mode));
        const actual = JSON.stringify(asRecorded(seen(golden.config, mode, packet, verdictOf(route(table, view, packet), view, packet))));
        packets++;
        if (expected === actual) continue;
        different++;
        difference ??= `step ${probe.step}, ${probe.service ?? ''} ${probe.via} ${probe.dst} from ${from}: expected ${expected}, got ${actual}`;
      }
    }
  }
  return { packets, different, ...(difference !== undefined && { difference }) };
};

/** The section `input.json` of a txtar file; the whole text if it has no sections. */
const inputOf = (text: string): string => {
  const start = text.indexOf('-- input.json --\n');
  if (start < 0) return text;
  const from = start + '-- input.json --\n'.length;
  const end = text.indexOf('\n-- ', from);
  return end < 0 ? text.slice(from) : text.slice(from, end);
};

const applyStep = (table: ServiceTable, step: Case['steps'][number], slices: Map<string, string>): ServiceTable => {
  const changes: TableChange[] = [];
  for (const object of step.apply) {
    const { namespace = '', name = '', labels } = object.metadata;
    if (object.kind === 'Service') {
      changes.push({ type: 'service', key: `${namespace}/${name}`, service: compileService(object as Service) });
    } else if (object.kind === 'EndpointSlice') {
      const key = serviceOfSlice(namespace, labels);
      if (key === undefined) continue;
      slices.set(`${namespace}/${name}`, key);
      changes.push({ type: 'slice', key, name, slice: compileSlice(object as EndpointSlice) });
    }
  }
  for (const { kind, namespace, name } of step.delete) {
    if (kind === 'Service') changes.push({ type: 'service', key: `${namespace}/${name}`, service: undefined });
    else changes.push({ type: 'slice', key: slices.get(`${namespace}/${name}`) ?? '', name, slice: undefined });
  }
  return applyChanges(table, changes);
};

const viewOf = (config: Config, node: Node, mode: ProxyMode): NodeView => {
  const nodeIps = config.nodeIPs.map(addressOf);
  const all = config.interfaces.flatMap((device) => device.addresses.map((cidr) => addressOf(cidr.slice(0, cidr.indexOf('/')))));
  const addresses = all.filter((address) => !isLoopback(address));
  // Unless told otherwise, nftables mode takes node ports at the primary addresses and iptables mode at all (cmd/kube-proxy/app/server_linux.go).
  const wanted = config.nodePortAddresses ?? (mode === 'nftables' ? ['primary'] : []);
  return {
    mode,
    localhostNodePorts: config.localhostNodePorts,
    nodeName: node.metadata.name ?? '',
    zone: node.metadata.labels?.['topology.kubernetes.io/zone'] ?? '',
    nodeIps,
    addresses,
    nodePortAddresses: nodePortAddressesOf(wanted.includes('primary') ? 'primary' : parseRanges(wanted), nodeIps, mode === 'nftables' ? addresses : all),
    detector: detectorOf(config, node),
    masqueradeAll: config.masqueradeAll ?? false,
    serviceRanges: parseRanges(config.serviceCIDRs ?? []),
  };
};

const detectorOf = (config: Config, node: Node): LocalDetector => {
  switch (config.detectLocalMode) {
    case 'ClusterCIDR':
      return { type: 'ranges', ranges: parseRanges(config.clusterCIDRs ?? []) };
    case 'NodeCIDR':
      return { type: 'ranges', ranges: parseRanges(node.spec?.podCIDRs ?? []) };
    case 'BridgeInterface':
      return { type: 'bridge', device: config.bridgeInterface ?? '' };
    case 'InterfaceNamePrefix':
      return { type: 'device-prefix', prefix: config.interfaceNamePrefix ?? '' };
    default:
      return { type: 'none' };
  }
};

const packetOf = (config: Config, probe: Probe, from: string): Packet => {
  const [, host, port, protocol] = /^\[?([^\]]*?)\]?:(\d+)\/(\w+)$/.exec(probe.dst) ?? [];
  const destination = addressOf(host ?? '');
  const source = from === 'endpointPod' ? (probe.endpointPod ?? '') : (SOURCES[from]?.[typeof destination === 'number' ? 0 : 1] ?? '');
  const podDevice = config.interfaces.find((device) => device.name !== 'lo' && device.name !== 'eth0')?.name ?? '';
  return {
    source: isLoopback(destination) ? destination : addressOf(source),
    destination,
    port: Number(port),
    protocol: protocolNumber(protocol),
    device: from === 'node' ? '' : from === 'pod' || from === 'endpointPod' ? podDevice : 'eth0',
  };
};

const addressOf = (text: string): IpAddress => {
  const address = parseIp(text);
  if (address === undefined) throw new Error(`not an address in a golden case: ${text}`);
  return address;
};

/** Where the modes differ, a verdict is recorded for each. */
const ofMode = (verdicts: unknown, mode: ProxyMode): unknown =>
  typeof verdicts === 'object' && verdicts !== null && mode in verdicts ? (verdicts as Readonly<Record<string, unknown>>)[mode] : verdicts;

/**
 * Without `--random-fully` the node's own packets keep their port, and the ones that leave by its primary address look as if they were not
 * masqueraded: they were recorded so.
 */
const seen = (config: Config, mode: ProxyMode, packet: Packet, verdict: Verdict): Verdict => {
  if (mode !== 'iptables' || config.randomFully || packet.device !== '' || isLoopback(packet.source) || typeof verdict === 'string') return verdict;
  const { masq, ...rest } = verdict;
  const otherDevices = parseRanges(config.interfaces.filter((device) => device.name !== 'eth0').flatMap((device) => device.addresses));
  const visible = verdict.to.filter((endpoint) => (masq === true || masq?.includes(endpoint)) && inAnyRange(otherDevices, addressOf(endpoint.slice(0, endpoint.lastIndexOf(':')))));
  if (visible.length === verdict.to.length) return verdict;
  const { to, ...others } = rest;
  return visible.length === 0 ? rest : { to, masq: visible, ...others };
};

/** More than 40 endpoints are recorded as their number. */
const asRecorded = (verdict: Verdict): unknown => {
  if (typeof verdict === 'string' || verdict.to.length <= 40) return verdict;
  return { count: verdict.to.length, masqCount: verdict.masq === true ? verdict.to.length : (verdict.masq?.length ?? 0) };
};
