import { applyChanges, EMPTY_TABLE, parseIp, pickEndpoint, plainEndpointAt, routeOf, type Packet, type ServiceTable } from '@naumachia/actors/kube-proxy';
import { Random } from '@naumachia/core';
import { clusterIpOf, LARGE_CLUSTER, NODE_VIEW, serviceFixture, sliceChange } from './service-fixture.js';

/** A hot path: `run` carries out `operations` of it; what it returns keeps the work from being optimised away. */
export interface MicroTask {
  readonly name: string;
  readonly operations: number;
  run(): number;
}

const LOOKUPS = 4096;

/** Cluster IP, port and protocol to an endpoint's address, in an order that no cache can foresee. */
export const serviceLookup = (services: number): MicroTask => {
  const table = applyChanges(EMPTY_TABLE, serviceFixture(services).changes);
  const random = Random.named(1, 'service-lookup');
  const wanted = Int32Array.from({ length: LOOKUPS * 16 }, () => parseIp(clusterIpOf(random.below(services))) as number);
  let at = 0;
  return {
    name: `service look-up, ${services} services`,
    operations: LOOKUPS,
    run: () => {
      let sum = 0;
      for (let i = 0; i < LOOKUPS; i++) {
        const endpoint = plainEndpointAt(table, wanted[at++ & (wanted.length - 1)] as number, 80, 6, random);
        if (endpoint < 0) throw new Error('a service is missing from the table');
        sum += endpoint;
      }
      return sum;
    },
  };
};

/** The whole decision about a packet: policies, local detection, masquerading. */
export const packetRoute = (services: number): MicroTask => {
  const table = applyChanges(EMPTY_TABLE, serviceFixture(services).changes);
  const random = Random.named(1, 'packet-route');
  const packets: Packet[] = Array.from({ length: LOOKUPS * 4 }, () => ({
    source: parseIp('10.244.1.200') as number,
    destination: parseIp(clusterIpOf(random.below(services))) as number,
    port: 80,
    protocol: 6,
    device: 'cni0',
  }));
  let at = 0;
  return {
    name: `packet route, ${services} services`,
    operations: LOOKUPS,
    run: () => {
      let sum = 0;
      for (let i = 0; i < LOOKUPS; i++) {
        const route = routeOf(table, NODE_VIEW, packets[at++ & (packets.length - 1)] as Packet);
        if (route.type !== 'endpoints') throw new Error('a packet met no endpoints');
        sum += pickEndpoint(route.picks, random);
      }
      return sum;
    },
  };
};

/** One slice with one other endpoint, in a table of 8,100 services with 67,750 endpoints: from the API object to the new table. */
export const endpointChange = (): MicroTask => {
  const { services, endpointsPerService } = LARGE_CLUSTER;
  let table = applyChanges(EMPTY_TABLE, serviceFixture(services, endpointsPerService).changes);
  const random = Random.named(1, 'endpoint-change');
  const changes = 256;
  let version = 0;
  return {
    name: `endpoint change, ${services} services`,
    operations: changes,
    run: () => {
      for (let i = 0; i < changes; i++) table = applyChanges(table, [sliceChange(random.below(services), 8, ++version)]);
      return table.ipv4.size;
    },
  };
};

/** The whole table from the lists, objects not yet compiled. */
export const tableBuild = (): MicroTask => {
  const { services, endpointsPerService } = LARGE_CLUSTER;
  return {
    name: `table of ${services} services, 67,750 endpoints`,
    operations: 1,
    run: () => {
      const table: ServiceTable = applyChanges(EMPTY_TABLE, serviceFixture(services, endpointsPerService).changes);
      return table.ipv4.size;
    },
  };
};

export const serviceLookupTasks = (): MicroTask[] => [serviceLookup(1000), serviceLookup(10_000), serviceLookup(30_000), packetRoute(30_000), endpointChange(), tableBuild()];
