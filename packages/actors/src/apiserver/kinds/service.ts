import type { Service, ServicePort, ServiceSpec } from '../../api/generated/types.js';
import type { KubernetesObject } from '../../api/object.js';
import { dns1123LabelErrors } from '../../api/names.js';
import { deepEqual } from '../equality.js';
import { serviceErrors, serviceStatusErrors, serviceUpdateErrors } from '../validation/service.js';
import { fill, withinEach } from './fill.js';
import type { Strategy } from './strategy.js';

/** Three hours: how long a client keeps its endpoint under ClientIP affinity. */
const AFFINITY_SECONDS = 10_800;

const portDefaults = (port: ServicePort): ServicePort => {
  const filled = fill(port, { protocol: 'TCP' });
  return filled.targetPort === undefined || filled.targetPort === 0 || filled.targetPort === '' ? Object.assign({}, filled, { targetPort: port.port }) : filled;
};

const specDefaults = (spec: ServiceSpec): ServiceSpec => {
  let filled = fill(spec, { sessionAffinity: 'None', type: 'ClusterIP' });
  if (filled.sessionAffinity === 'None') {
    if (filled.sessionAffinityConfig !== undefined) {
      const { sessionAffinityConfig: _, ...rest } = filled;
      filled = rest;
    }
  } else if (filled.sessionAffinity === 'ClientIP' && filled.sessionAffinityConfig?.clientIP?.timeoutSeconds === undefined) {
    filled = Object.assign({}, filled, { sessionAffinityConfig: { clientIP: { timeoutSeconds: AFFINITY_SECONDS } } });
  }
  filled = withinEach(filled, 'ports', portDefaults);
  if (isReachedFromOutside(filled)) filled = fill(filled, { externalTrafficPolicy: 'Cluster' });
  if (wantsPorts(filled) || filled.type === 'ClusterIP') filled = fill(filled, { internalTrafficPolicy: 'Cluster' });
  return filled.type === 'LoadBalancer' ? fill(filled, { allocateLoadBalancerNodePorts: true }) : filled;
};

/** Families and the list of cluster IPs follow from the first one (registry/core/service/storage: defaultOnWrite, normalizeClusterIPs). */
const withFamilies = (spec: ServiceSpec): ServiceSpec => {
  if (spec.type === 'ExternalName') return spec;
  const headless = spec.clusterIP === 'None';
  const selectorless = headless && (spec.selector === undefined || Object.keys(spec.selector).length === 0);
  let filled = fill(spec, { ipFamilyPolicy: selectorless ? 'RequireDualStack' : 'SingleStack', ipFamilies: selectorless ? ['IPv4', 'IPv6'] : ['IPv4'] });
  const { clusterIP } = filled;
  if (clusterIP !== undefined && clusterIP !== '' && (filled.clusterIPs ?? []).length === 0) filled = Object.assign({}, filled, { clusterIPs: [clusterIP] });
  return filled;
};

/** What an update leaves out and the server has given stays given (patchAllocatedValues). */
const withAllocated = (spec: ServiceSpec, old: ServiceSpec): ServiceSpec => {
  let filled = spec;
  if (wantsIp(filled) && wantsIp(old)) {
    if (filled.clusterIP === undefined || filled.clusterIP === '') filled = fill(filled, pick(old, 'clusterIP'));
    if ((filled.clusterIPs ?? []).length === 0 && filled.clusterIP === old.clusterIP) filled = fill(filled, pick(old, 'clusterIPs'));
    // Who changes only the first cluster IP means the list too, which validation then refuses (normalizeClusterIPs).
    else if (filled.clusterIP !== undefined && filled.clusterIP !== old.clusterIP && deepEqual(filled.clusterIPs, old.clusterIPs)) filled = Object.assign({}, filled, { clusterIPs: [filled.clusterIP] });
    filled = fill(filled, { ...pick(old, 'ipFamilies'), ...pick(old, 'ipFamilyPolicy') });
  }
  if (wantsPorts(filled) && wantsPorts(old) && filled.ports !== undefined) {
    const given = new Map((old.ports ?? []).map((port) => [`${port.protocol}/${port.port}`, port.nodePort]));
    filled = withinEach(filled, 'ports', (port) => {
      const nodePort = port.nodePort === undefined || port.nodePort === 0 ? given.get(`${port.protocol}/${port.port}`) : undefined;
      return nodePort === undefined ? port : Object.assign({}, port, { nodePort });
    });
  }
  return filled;
};

const wantsIp = ({ type }: ServiceSpec): boolean => type !== 'ExternalName';
const wantsPorts = ({ type }: ServiceSpec): boolean => type === 'NodePort' || type === 'LoadBalancer';
const wantsHealthPort = ({ type, externalTrafficPolicy }: ServiceSpec): boolean => type === 'LoadBalancer' && externalTrafficPolicy === 'Local';
const isBalanced = ({ type }: ServiceSpec): boolean => type === 'LoadBalancer';
const isReachedFromOutside = (spec: ServiceSpec): boolean => wantsPorts(spec) || (spec.type === 'ClusterIP' && (spec.externalIPs ?? []).length > 0);

/** Fields that only some Services have, and which these are. */
const BY_TYPE: readonly (readonly [has: (spec: ServiceSpec) => boolean, field: keyof ServiceSpec])[] = [
  [wantsIp, 'ipFamilies'], [wantsIp, 'ipFamilyPolicy'], [wantsIp, 'internalTrafficPolicy'], [wantsHealthPort, 'healthCheckNodePort'], [isBalanced, 'allocateLoadBalancerNodePorts'], [isBalanced, 'loadBalancerClass'],
  [isReachedFromOutside, 'externalTrafficPolicy'],
];

/** A change of the type takes along what the former one had by default, unless it was changed at the same time, which validation then refuses (dropTypeDependentFields). */
const withoutFormer = (spec: ServiceSpec, old: ServiceSpec): ServiceSpec => {
  let left = spec;
  const drop = (...fields: (keyof ServiceSpec)[]): void => {
    left = Object.fromEntries(Object.entries(left).filter(([field]) => !fields.includes(field as keyof ServiceSpec))) as ServiceSpec;
  };
  if (wantsIp(old) && !wantsIp(spec) && spec.clusterIP === old.clusterIP && deepEqual(spec.clusterIPs, old.clusterIPs)) drop('clusterIP', 'clusterIPs');
  for (const [has, field] of BY_TYPE) if (has(old) && !has(spec) && spec[field] !== undefined && deepEqual(spec[field], old[field])) drop(field);
  if (wantsPorts(old) && !wantsPorts(spec)) {
    const had = new Set(nodePortsOf(old));
    if (nodePortsOf(spec).every((port) => had.has(port))) left = withinEach(left, 'ports', withoutNodePort);
  }
  return left;
};

const nodePortsOf = ({ ports }: ServiceSpec): readonly number[] => (ports ?? []).flatMap(({ nodePort }) => nodePort ?? []);

const withoutNodePort = (port: ServicePort): ServicePort => {
  if (port.nodePort === undefined) return port;
  const { nodePort: _, ...rest } = port;
  return rest;
};

const pick = <F extends keyof ServiceSpec>(spec: ServiceSpec, field: F): Pick<ServiceSpec, F> | Record<string, never> => (spec[field] === undefined ? {} : ({ [field]: spec[field] } as Pick<ServiceSpec, F>));

const change = (object: KubernetesObject, how: (spec: ServiceSpec) => ServiceSpec): KubernetesObject => {
  const spec = ((object as Service).spec ?? {}) as ServiceSpec;
  const next = how(spec);
  return next === object.spec ? object : Object.assign({}, object, { spec: next });
};

const withoutBalancer = (object: KubernetesObject): KubernetesObject => {
  const { spec, status } = object as Service;
  return spec?.type === 'LoadBalancer' || Object.keys(status?.loadBalancer ?? {}).length === 0 ? object : Object.assign({}, object, { status: Object.assign({}, status, { loadBalancer: {} }) });
};

export const service: Strategy = {
  defaults: (object) => change(object, specDefaults),
  prepareForCreate: (object) => (Object.assign({}, change(object, withFamilies), { status: { loadBalancer: {} } })),
  prepareForUpdate: (object, old) => {
    const before = ((old as Service).spec ?? {}) as ServiceSpec;
    return withoutBalancer(change(object, (spec) => withFamilies(withoutFormer(withAllocated(spec, before), before))));
  },
  warnings: (object) => {
    const spec = (object as Service).spec;
    const warnings: string[] = [];
    if ((spec?.externalIPs ?? []).length > 0) warnings.push('spec.externalIPs is deprecated and may no longer be implemented in some clusters');
    if (spec?.trafficDistribution === 'PreferClose') warnings.push('spec.trafficDistribution: "PreferClose" is deprecated; use "PreferSameZone"');
    return warnings;
  },
  validate: (object) => serviceErrors(object as Service),
  validateUpdate: (object, old) => serviceUpdateErrors(object as Service, old as Service),
  status: { validateUpdate: (object) => serviceStatusErrors(object as Service) },
  createOnUpdate: true,
  nameErrors: dns1123LabelErrors,
  returnsDeleted: true,
  selectableFields: {
    'spec.clusterIP': (object) => (object as Service).spec?.clusterIP ?? '',
    'spec.type': (object) => (object as Service).spec?.type ?? '',
  },
};

