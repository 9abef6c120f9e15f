import { duplicate, type FieldError, forbidden, invalid, notSupported, required } from '../../api/field-error.js';
import type { Service, ServiceSpec } from '../../api/generated/types.js';
import { dns1123LabelErrors, dns1123SubdomainErrors, qualifiedNameErrors } from '../../api/names.js';
import { type Findings, ipErrors, isCidr, isIpv6, labelMap, named, oneOf, portNumber, portNumberOrName } from './values.js';

const TYPES = ['ClusterIP', 'ExternalName', 'LoadBalancer', 'NodePort'];
/** A day: how long a client may keep its endpoint. */
const MAX_AFFINITY = 86_400;
const LOOPBACK = 'may not be in the loopback range (127.0.0.0/8, ::1/128)';

/** Addresses that no endpoint can have (ValidateNonSpecialIP). */
export const specialAddress = (address: string): string | undefined => {
  if (address === '0.0.0.0' || address === '::') return 'may not be unspecified (0.0.0.0 or ::)';
  if (address.startsWith('127.') || address === '::1') return LOOPBACK;
  if (address.startsWith('169.254.') || /^fe[89ab]/i.test(address)) return 'may not be in the link-local range (169.254.0.0/16, fe80::/10)';
  if (address.startsWith('224.0.0.') || /^ff02:/i.test(address)) return 'may not be in the link-local multicast range (224.0.0.0/24, ff02::/10)';
  return undefined;
};

const portErrors = (out: Findings, spec: ServiceSpec): void => {
  const ports = spec.ports ?? [];
  const names = new Set<string>();
  ports.forEach((port, i) => {
    const at = `spec.ports[${i}]`;
    if (ports.length > 1 && (port.name ?? '') === '') out.push(required(`${at}.name`));
    else if ((port.name ?? '') !== '') {
      named(out, `${at}.name`, port.name as string, dns1123LabelErrors);
      if (names.has(port.name as string)) out.push(duplicate(`${at}.name`, port.name));
      names.add(port.name as string);
    }
    for (const text of portNumber(port.port)) out.push(invalid(`${at}.port`, port.port, text));
    oneOf(out, `${at}.protocol`, port.protocol, ['SCTP', 'TCP', 'UDP']);
    portNumberOrName(out, `${at}.targetPort`, port.targetPort);
    if (port.appProtocol !== undefined) named(out, `${at}.appProtocol`, port.appProtocol, qualifiedNameErrors);
  });
};

/** What ports may not have in common, asked after the type (validateService). Node ports are allocated before, which refuses those that are there twice. */
const samePorts = (out: Findings, spec: ServiceSpec): void => {
  const ports = spec.ports ?? [];
  if (spec.type === 'ClusterIP') {
    ports.forEach((port, i) => {
      if (port.nodePort !== undefined && port.nodePort !== 0) out.push(forbidden(`spec.ports[${i}].nodePort`, "may not be used when `type` is 'ClusterIP'"));
    });
  }
  const seen = new Set<string>();
  ports.forEach((port, i) => {
    const key = `${port.protocol}/${port.port}`;
    if (seen.has(key)) out.push(duplicate(`spec.ports[${i}]`, { Name: '', Protocol: port.protocol ?? '', AppProtocol: null, Port: port.port, TargetPort: 0, NodePort: 0 }));
    seen.add(key);
  });
};

const affinityErrors = (out: Findings, spec: ServiceSpec): void => {
  if ((spec.sessionAffinity ?? '') === '') out.push(required('spec.sessionAffinity'));
  else oneOf(out, 'spec.sessionAffinity', spec.sessionAffinity, ['ClientIP', 'None']);
  if (spec.sessionAffinity !== 'ClientIP') return;
  const seconds = spec.sessionAffinityConfig?.clientIP?.timeoutSeconds;
  if (seconds !== undefined && (seconds <= 0 || seconds > MAX_AFFINITY)) out.push(invalid('spec.sessionAffinityConfig.clientIP.timeoutSeconds', seconds, `must be greater than 0 and less than ${MAX_AFFINITY}`));
};

const familyErrors = (out: Findings, spec: ServiceSpec): void => {
  const ips = spec.clusterIPs ?? ((spec.clusterIP ?? '') === '' ? [] : [spec.clusterIP as string]);
  if (spec.type === 'ExternalName') {
    if (ips.length > 0) out.push(forbidden('spec.clusterIPs', 'may not be set for ExternalName services'));
    return;
  }
  const families = spec.ipFamilies ?? [];
  families.forEach((family, i) => {
    if (family !== 'IPv4' && family !== 'IPv6') out.push(notSupported(`spec.ipFamilies[${i}]`, family, ['IPv4', 'IPv6']));
    else if (families.indexOf(family) < i) out.push(duplicate(`spec.ipFamilies[${i}]`, family));
  });
  ips.forEach((address, i) => {
    const at = `spec.clusterIPs[${i}]`;
    if (address === 'None') {
      if (spec.type !== 'ClusterIP') out.push(invalid(at, 'None', `may not be set to 'None' for ${spec.type} services`));
      return;
    }
    const errors = ipErrors(address);
    for (const text of errors) out.push(invalid(at, address, text));
    const family = families[i];
    if (errors.length === 0 && family !== undefined) {
      if (family === 'IPv6' && !isIpv6(address)) out.push(invalid(at, address, `expected an IPv6 value as indicated by \`ipFamilies[${i}]\``));
      if (family === 'IPv4' && isIpv6(address)) out.push(invalid(at, address, `expected an IPv4 value as indicated by \`ipFamilies[${i}]\``));
    }
  });
};

/** What a cluster of IPv4 alone cannot give (registry/core/service/storage/alloc.go). */
const singleStackErrors = (out: Findings, spec: ServiceSpec): void => {
  if (spec.type === 'ExternalName') return;
  const headless = spec.clusterIP === 'None';
  const selectorless = headless && Object.keys(spec.selector ?? {}).length === 0;
  if (selectorless) return;
  if (spec.ipFamilyPolicy === 'RequireDualStack') out.push(invalid('spec.ipFamilyPolicy', spec.ipFamilyPolicy, 'this cluster is not configured for dual-stack services'));
  (spec.ipFamilies ?? []).forEach((family, i) => {
    if (family === 'IPv6') out.push(invalid(`spec.ipFamilies[${i}]`, family, 'not configured on this cluster'));
  });
};

/** What is looked at before addresses are given out, and refused alone (ValidateServiceClusterIPsRelatedFields and initIPFamilyFields). */
const addressErrors = (spec: ServiceSpec, before: ServiceSpec | undefined): readonly FieldError[] => {
  const out: FieldError[] = [];
  const kept = spec.type !== 'ExternalName' && before !== undefined && before.type !== 'ExternalName';
  if (kept && (before.clusterIP ?? '') !== '' && spec.clusterIPs?.[0] !== before.clusterIPs?.[0]) out.push(invalid('spec.clusterIPs[0]', spec.clusterIPs ?? [], 'may not change once set'));
  familyErrors(out, spec);
  if (out.length === 0) singleStackErrors(out, spec);
  return out;
};

/** Whether a Service gets as far as being given addresses and node ports, which is before the rest of it is validated. */
export const isAllocated = (service: Service): boolean => addressErrors(service.spec ?? {}, undefined).length === 0;

/** ValidateService. */
export const serviceErrors = (service: Service, old?: Service): readonly FieldError[] => {
  const spec = (service.spec ?? {}) as ServiceSpec;
  const ofAddresses = addressErrors(spec, old?.spec);
  if (ofAddresses.length > 0) return ofAddresses;
  const out: FieldError[] = [];
  if ((spec.ports ?? []).length === 0 && spec.clusterIP !== 'None' && spec.type !== 'ExternalName') out.push(required('spec.ports'));
  if (spec.type === 'ExternalName') {
    const name = (spec.externalName ?? '').replace(/\.$/, '');
    if (name === '') out.push(required('spec.externalName'));
    else named(out, 'spec.externalName', name, dns1123SubdomainErrors);
  }
  portErrors(out, spec);
  labelMap(out, 'spec.selector', spec.selector);
  affinityErrors(out, spec);
  (spec.externalIPs ?? []).forEach((address, i) => {
    const errors = ipErrors(address);
    for (const text of errors) out.push(invalid(`spec.externalIPs[${i}]`, address, text));
    const special = errors.length === 0 ? specialAddress(address) : undefined;
    if (special !== undefined) out.push(invalid(`spec.externalIPs[${i}]`, address, special));
  });
  if ((spec.type ?? '') === '') out.push(required('spec.type'));
  else oneOf(out, 'spec.type', spec.type, TYPES);
  samePorts(out, spec);
  loadBalancerErrors(out, spec);
  trafficErrors(out, spec);
  return out;
};

const loadBalancerErrors = (out: Findings, spec: ServiceSpec): void => {
  const balanced = spec.type === 'LoadBalancer';
  const ranges = spec.loadBalancerSourceRanges ?? [];
  if (ranges.length > 0 && !balanced) out.push(forbidden('spec.LoadBalancerSourceRanges', "may only be used when `type` is 'LoadBalancer'"));
  ranges.forEach((range, i) => {
    if (!isCidr(range.trim())) out.push(invalid(`spec.LoadBalancerSourceRanges[${i}]`, range, 'must be a valid CIDR value, (e.g. 10.9.8.0/24 or 2001:db8::/64)'));
  });
  if (balanced && spec.allocateLoadBalancerNodePorts === undefined) out.push(required('spec.allocateLoadBalancerNodePorts'));
  if (!balanced && spec.allocateLoadBalancerNodePorts !== undefined) out.push(forbidden('spec.allocateLoadBalancerNodePorts', "may only be used when `type` is 'LoadBalancer'"));
  if (spec.loadBalancerClass !== undefined) {
    if (!balanced) out.push(forbidden('spec.loadBalancerClass', "may only be used when `type` is 'LoadBalancer'"));
    else named(out, 'spec.loadBalancerClass', spec.loadBalancerClass, qualifiedNameErrors);
  }
};

const trafficErrors = (out: Findings, spec: ServiceSpec): void => {
  const external = spec.type === 'NodePort' || spec.type === 'LoadBalancer' || (spec.type === 'ClusterIP' && (spec.externalIPs ?? []).length > 0);
  if (external) {
    if (spec.externalTrafficPolicy === undefined) out.push(required('spec.externalTrafficPolicy'));
    else oneOf(out, 'spec.externalTrafficPolicy', spec.externalTrafficPolicy, ['Cluster', 'Local']);
  } else if ((spec.externalTrafficPolicy ?? '') !== '') out.push(invalid('spec.externalTrafficPolicy', spec.externalTrafficPolicy, 'may only be set for externally-accessible services'));
  if ((spec.healthCheckNodePort ?? 0) !== 0 && !(spec.type === 'LoadBalancer' && spec.externalTrafficPolicy === 'Local')) {
    out.push(invalid('spec.healthCheckNodePort', spec.healthCheckNodePort, "may only be set when `type` is 'LoadBalancer' and `externalTrafficPolicy` is 'Local'"));
  }
  oneOf(out, 'spec.internalTrafficPolicy', spec.internalTrafficPolicy, ['Cluster', 'Local']);
  const { trafficDistribution } = spec;
  const known = ['PreferClose', 'PreferSameZone', 'PreferSameNode'];
  if (trafficDistribution !== undefined && !known.includes(trafficDistribution)) out.push(notSupported('spec.trafficDistribution', trafficDistribution, known));
};

/** ValidateServiceUpdate: a cluster IP that was given stays. */
export const serviceUpdateErrors = (service: Service, old: Service): readonly FieldError[] => (service.spec === old.spec ? [] : serviceErrors(service, old));

export const serviceStatusErrors = (service: Service): readonly FieldError[] => {
  const out: FieldError[] = [];
  const ingress = service.status?.loadBalancer?.ingress ?? [];
  if (ingress.length > 0 && service.spec?.type !== 'LoadBalancer') out.push(forbidden('status.loadBalancer.ingress', "may only be used when `spec.type` is 'LoadBalancer'"));
  else ingress.forEach((entry, i) => { if ((entry.ip ?? '') !== '') named(out, `status.loadBalancer.ingress[${i}].ip`, entry.ip as string, ipErrors); });
  return out;
};
