import type { Pod } from '../../api/generated/types.js';

/** A host port that a pod asks for; the address `0.0.0.0` means all of them. */
export interface HostPort {
  readonly ip: string;
  /** `TCP/8080` */
  readonly port: string;
}

/** Host ports in use: port -> slot of the node -> addresses, each as often as it is used. */
export type HostPorts = Map<string, Map<number, string[]>>;

export const newHostPorts = (): HostPorts => new Map();

const NONE: readonly HostPort[] = [];
export const ANY_ADDRESS = '0.0.0.0';

/** The host ports of a pod's containers and sidecars (scheduler util `GetHostPorts`). */
export const hostPortsOf = (pod: Pod): readonly HostPort[] => {
  let found: HostPort[] | undefined;
  const collect = (container: Pod['spec']['containers'][number]): void => {
    for (const { hostPort, hostIP, protocol } of container.ports ?? []) {
      if (!hostPort || hostPort <= 0) continue;
      (found ??= []).push({ ip: hostIP || ANY_ADDRESS, port: `${protocol || 'TCP'}/${hostPort}` });
    }
  };
  for (const container of pod.spec.containers) collect(container);
  for (const container of pod.spec.initContainers ?? []) if (container.restartPolicy === 'Always') collect(container);
  return found ?? NONE;
};

export const usePorts = (ports: HostPorts, slot: number, wanted: readonly HostPort[]): void => {
  for (const { ip, port } of wanted) {
    let nodes = ports.get(port);
    if (!nodes) ports.set(port, (nodes = new Map()));
    const addresses = nodes.get(slot);
    if (addresses) addresses.push(ip);
    else nodes.set(slot, [ip]);
  }
};

export const freePorts = (ports: HostPorts, slot: number, wanted: readonly HostPort[]): void => {
  for (const { ip, port } of wanted) {
    const nodes = ports.get(port);
    const addresses = nodes?.get(slot);
    if (!nodes || !addresses) continue;
    const at = addresses.indexOf(ip);
    if (at >= 0) addresses.splice(at, 1);
    if (addresses.length === 0) nodes.delete(slot);
    if (nodes.size === 0) ports.delete(port);
  }
};

export const conflicts = (wanted: HostPort, addresses: readonly string[] | undefined): boolean =>
  addresses !== undefined && (wanted.ip === ANY_ADDRESS || addresses.includes(wanted.ip) || addresses.includes(ANY_ADDRESS));
