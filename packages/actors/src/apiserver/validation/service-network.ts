import { type FieldError, invalid, required } from '../../api/field-error.js';
import type { IPAddress, ParentReference, ServiceCIDR } from '../../api/generated/types.js';
import { dns1123SubdomainErrors } from '../../api/names.js';
import { deepEqual } from '../equality.js';
import { cidrErrors, type Findings, ipErrors, named, pathSegmentErrors, requiredName } from './values.js';

/** IPAddress and ServiceCIDR (pkg/apis/networking/validation). */

const IMMUTABLE = 'field is immutable';

/** The name of an IPAddress is the address. */
export const ipAddressErrors = (address: IPAddress): readonly FieldError[] => {
  const out: Findings = [];
  named(out, 'metadata.name', address.metadata.name ?? '', ipErrors);
  const parent = address.spec?.parentRef;
  if (parent === undefined || parent === null) out.push(required('spec.parentRef'));
  else parentErrors(out, parent);
  return out;
};

const parentErrors = (out: Findings, { group = '', resource, name, namespace = '' }: ParentReference): void => {
  const path = 'spec.parentRef';
  // The group of Services has an empty name.
  if (group !== '') named(out, `${path}.group`, group, dns1123SubdomainErrors);
  requiredName(out, `${path}.resource`, resource, pathSegmentErrors);
  requiredName(out, `${path}.name`, name, pathSegmentErrors);
  if (namespace !== '') named(out, `${path}.namespace`, namespace, pathSegmentErrors);
};

export const ipAddressUpdateErrors = (address: IPAddress, old: IPAddress): readonly FieldError[] => [
  ...ipAddressErrors(address),
  ...(deepEqual(address.spec?.parentRef, old.spec?.parentRef) ? [] : [invalid('spec.parentRef', address.spec?.parentRef, IMMUTABLE)]),
];

export const serviceCidrErrors = (object: ServiceCIDR): readonly FieldError[] => {
  const cidrs = object.spec?.cidrs ?? [];
  if (cidrs.length === 0) return [required('spec.cidrs', 'at least one CIDR required')];
  if (cidrs.length > 2) return [invalid('spec.cidrs', object.spec, 'may only hold up to 2 values')];
  const out: Findings = [];
  cidrs.forEach((cidr, i) => named(out, `spec.cidrs[${i}]`, cidr, cidrErrors));
  const families = cidrs.map((cidr) => (cidr.includes(':') ? 6 : 4));
  if (cidrs.length === 2 && out.length === 0 && families[0] === families[1]) {
    out.push(invalid('spec.cidrs', cidrs, 'may specify no more than one IP for each IP family, i.e 192.168.0.0/24 and 2001:db8::/64'));
  }
  return out;
};

/** A range may only become one of two families. */
export const serviceCidrUpdateErrors = (object: ServiceCIDR, old: ServiceCIDR): readonly FieldError[] => {
  const cidrs = object.spec?.cidrs ?? [];
  const before = old.spec?.cidrs ?? [];
  const isAdded = before.length === 1 && cidrs.length === 2;
  if (before.length !== cidrs.length && !isAdded) return [invalid('spec.cidrs', cidrs, IMMUTABLE)];
  const changed = before.flatMap((cidr, i) => (cidr === cidrs[i] ? [] : [invalid(`spec.cidrs[${i}]`, cidrs[i], IMMUTABLE)]));
  return isAdded ? [...changed, ...serviceCidrErrors(object)] : changed;
};
