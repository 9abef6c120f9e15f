import { duplicate, type FieldError, invalid, notSupported, required } from '../../api/field-error.js';
import type { Endpoints, EndpointSlice } from '../../api/generated/types.js';
import { dns1123LabelErrors, dns1123SubdomainErrors } from '../../api/names.js';
import { deepEqual } from '../equality.js';
import { specialAddress } from './service.js';
import { type Findings, ipErrors, isIpv6, named, oneOf, portNumber } from './values.js';

const PROTOCOLS = ['SCTP', 'TCP', 'UDP'];

/** validateEndpointSlice. Slices come and go by the thousand: what is fine costs a few comparisons per endpoint. */
export const endpointSliceErrors = (slice: EndpointSlice): readonly FieldError[] => [...endpointErrors(slice), ...portErrors(slice)];

const endpointErrors = (slice: EndpointSlice): readonly FieldError[] => {
  const out: FieldError[] = [];
  const { addressType } = slice;
  (slice.endpoints ?? []).forEach((endpoint, i) => {
    const at = `endpoints[${i}]`;
    const addresses = endpoint.addresses ?? [];
    if (addresses.length === 0) out.push(required(`${at}.addresses`, 'must contain at least 1 address'));
    addresses.forEach((address, k) => addressErrors(out, at, address, k, addressType));
    if (endpoint.nodeName !== undefined) named(out, `${at}.nodeName`, endpoint.nodeName, dns1123SubdomainErrors);
    if (endpoint.hostname !== undefined) named(out, `${at}.hostname`, endpoint.hostname, dns1123LabelErrors);
    const zones = new Set<string>();
    (endpoint.hints?.forZones ?? []).forEach((zone, k) => {
      if (zones.has(zone.name)) out.push(duplicate(`${at}.hints.forZones[${k}].name`, zone.name));
      zones.add(zone.name);
    });
  });
  return out;
};

const portErrors = ({ addressType, ports }: EndpointSlice): readonly FieldError[] => {
  const out: FieldError[] = [];
  const names = new Set<string>();
  (ports ?? []).forEach((port, i) => {
    const at = `ports[${i}]`;
    const name = port.name ?? '';
    if (name !== '') named(out, `${at}.name`, name, dns1123LabelErrors);
    if (names.has(name)) out.push(duplicate(`${at}.name`, name));
    names.add(name);
    oneOf(out, `${at}.protocol`, port.protocol, PROTOCOLS);
  });
  if ((addressType ?? '') === '') out.push(required('addressType'));
  else if (!['FQDN', 'IPv4', 'IPv6'].includes(addressType)) out.push(notSupported('addressType', addressType, ['FQDN', 'IPv4', 'IPv6']));
  return out;
};

const addressErrors = (out: Findings, path: string, address: string, k: number, type: string): void => {
  const at = `${path}.addresses[${k}]`;
  if (type === 'FQDN') return named(out, at, address, dns1123SubdomainErrors);
  if (type !== 'IPv4' && type !== 'IPv6') return;
  const errors = ipErrors(address);
  for (const text of errors) out.push(invalid(at, address, text));
  if (errors.length > 0) return;
  if (isIpv6(address) !== (type === 'IPv6')) out.push(invalid(`${path}.addresses`, address, `must be an ${type} address`));
  const special = specialAddress(address);
  if (special !== undefined) out.push(invalid(at, address, special));
};

export const endpointSliceUpdateErrors = (slice: EndpointSlice, old: EndpointSlice): readonly FieldError[] => {
  const wrong = endpointErrors(slice);
  // Endpoints that did not change were fine for whoever took them.
  const out = [...(wrong.length > 0 && deepEqual(slice.endpoints, old.endpoints) ? [] : wrong), ...portErrors(slice)];
  if (slice.addressType !== old.addressType) out.push(invalid('addressType', slice.addressType, 'field is immutable'));
  return out;
};

export const endpointsErrors = (endpoints: Endpoints): readonly FieldError[] => {
  const out: FieldError[] = [];
  (endpoints.subsets ?? []).forEach((subset, i) => {
    const at = `subsets[${i}]`;
    if ((subset.addresses ?? []).length === 0 && (subset.notReadyAddresses ?? []).length === 0) out.push(required(at, 'must specify `addresses` or `notReadyAddresses`'));
    for (const list of ['addresses', 'notReadyAddresses'] as const) {
      (subset[list] ?? []).forEach((address, k) => {
        const path = `${at}.${list}[${k}]`;
        const errors = ipErrors(address.ip);
        for (const text of errors) out.push(invalid(`${path}.ip`, address.ip, text));
        const special = errors.length > 0 ? 'must be a valid IP address' : specialAddress(address.ip);
        if (special !== undefined) out.push(invalid(`${path}.ip`, address.ip, special));
        if (address.hostname !== undefined && address.hostname !== '') named(out, `${path}.hostname`, address.hostname, dns1123LabelErrors);
        if (address.nodeName !== undefined) named(out, `${path}.nodeName`, address.nodeName, dns1123SubdomainErrors);
      });
    }
    const ports = subset.ports ?? [];
    ports.forEach((port, k) => {
      const path = `${at}.ports[${k}]`;
      if (ports.length > 1 && (port.name ?? '') === '') out.push(required(`${path}.name`));
      else if ((port.name ?? '') !== '') named(out, `${path}.name`, port.name as string, dns1123LabelErrors);
      for (const text of portNumber(port.port)) out.push(invalid(`${path}.port`, port.port, text));
      oneOf(out, `${path}.protocol`, port.protocol, PROTOCOLS);
    });
  });
  return out;
};
