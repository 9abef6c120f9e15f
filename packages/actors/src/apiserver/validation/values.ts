import { type FieldError, invalid, notSupported, required } from '../../api/field-error.js';
import { labelKeyErrors, labelValueErrors, qualifiedNameErrors } from '../../api/names.js';

/** Checks that many kinds share; each adds what it finds to `out`. */
export type Findings = FieldError[];

export const notNegative = (out: Findings, path: string, value: number | undefined | null): void => {
  if (value !== undefined && value !== null && value < 0) out.push(invalid(path, value, 'must be greater than or equal to 0'));
};

/** Reports each word of a rule for names. */
export const named = (out: Findings, path: string, value: string, rule: (value: string) => readonly string[]): void => {
  for (const text of rule(value)) out.push(invalid(path, value, text));
};

/** A value that must be there and obey a rule. */
export const requiredName = (out: Findings, path: string, value: string | undefined, rule: (value: string) => readonly string[]): void => {
  if (value === undefined || value === '') out.push(required(path));
  else named(out, path, value, rule);
};

export const oneOf = (out: Findings, path: string, value: string | undefined, allowed: readonly string[], shown?: readonly string[]): void => {
  if (value !== undefined && !allowed.includes(value)) out.push(notSupported(path, value, shown ?? [...allowed].sort()));
};

export const portNumber = (port: number): readonly string[] => (Number.isInteger(port) && port >= 1 && port <= 65_535 ? [] : ['must be between 1 and 65535, inclusive']);

/** IsValidPortName: an IANA service name of up to 15 characters. */
export const portNameErrors = (name: string): readonly string[] => {
  const errors: string[] = [];
  if (name.length > 15) errors.push('must be no more than 15 characters');
  if (!/^[-a-z0-9]+$/.test(name)) errors.push('must contain only alpha-numeric characters (a-z, 0-9), and hyphens (-)');
  if (!/[a-z]/.test(name)) errors.push('must contain at least one letter (a-z)');
  if (name.includes('--')) errors.push('must not contain consecutive hyphens');
  if (name.startsWith('-') || name.endsWith('-')) errors.push('must not begin or end with a hyphen');
  return errors;
};

export const portNumberOrName = (out: Findings, path: string, value: number | string | undefined): void => {
  if (typeof value === 'string') named(out, path, value, portNameErrors);
  else for (const text of portNumber(value ?? 0)) out.push(invalid(path, value ?? 0, text));
};

const NOT_AN_IP = 'must be a valid IP address, (e.g. 10.9.8.7 or 2001:db8::ffff)';

const NONE: readonly string[] = [];

export const ipErrors = (value: string): readonly string[] => {
  const form = ipv4Form(value);
  if (form !== undefined) return form === 'plain' ? NONE : ['must not have leading 0s'];
  return isIpv6(value) ? NONE : [NOT_AN_IP];
};

/** How four numbers up to 255 are written, if that is what it says. Endpoints and pods say thousands of them: no regular expression. */
const ipv4Form = (value: string): 'plain' | 'leading zeros' | undefined => {
  let form: 'plain' | 'leading zeros' = 'plain';
  let parts = 1;
  let digits = 0;
  let number = 0;
  for (let i = 0; i < value.length; i++) {
    const code = value.charCodeAt(i);
    if (code === 0x2e) {
      if (digits === 0) return undefined;
      parts++;
      digits = 0;
      number = 0;
    } else {
      if (code < 0x30 || code > 0x39 || digits === 3) return undefined;
      if (digits > 0 && number === 0) form = 'leading zeros';
      digits++;
      number = number * 10 + code - 0x30;
      if (number > 255) return undefined;
    }
  }
  return parts === 4 && digits > 0 ? form : undefined;
};

export const isIpv6 = (value: string): boolean => {
  if (!/^[0-9a-fA-F:.]+$/.test(value) || !value.includes(':')) return false;
  const [head = '', tail, more] = value.split('::');
  if (more !== undefined) return false;
  const groups = (text: string): string[] => (text === '' ? [] : text.split(':'));
  const all = [...groups(head), ...groups(tail ?? '')];
  const last = all[all.length - 1];
  const extra = last?.includes('.') === true ? 1 : 0;
  if (!all.every((group, i) => /^[0-9a-fA-F]{1,4}$/.test(group) || (i === all.length - 1 && /^\d+\.\d+\.\d+\.\d+$/.test(group)))) return false;
  return tail === undefined ? all.length + extra === 8 : all.length + extra < 8;
};

export const isCidr = (value: string): boolean => {
  const [address = '', bits, more] = value.split('/');
  if (bits === undefined || more !== undefined || !/^\d+$/.test(bits)) return false;
  return ipErrors(address).length === 0 && Number(bits) <= (address.includes(':') ? 128 : 32);
};

/** A CIDR in its canonical form (IsValidCIDR): an address of which nothing is set beyond the prefix. */
export const cidrErrors = (value: string): readonly string[] => {
  const [address = '', bits = '', more] = value.split('/');
  const problems = ipErrors(address);
  if (more !== undefined || !/^\d+$/.test(bits) || problems.includes(NOT_AN_IP) || Number(bits) > (address.includes(':') ? 128 : 32)) return ['must be a valid CIDR value, (e.g. 10.9.8.0/24 or 2001:db8::/64)'];
  if (problems.length > 0 || (bits.length > 1 && bits.startsWith('0'))) return ['must not have leading 0s in IP or prefix length'];
  const width = address.includes(':') ? 128n : 32n;
  return (numberOf(address) & ((1n << (width - BigInt(bits))) - 1n)) === 0n ? [] : ['must not have bits set beyond the prefix length'];
};

/** An address as the number that it is. */
const numberOf = (address: string): bigint => {
  if (!address.includes(':')) return address.split('.').reduce((sum, part) => (sum << 8n) + BigInt(part), 0n);
  const [head = '', tail] = address.split('::');
  const groups = (text: string): bigint[] =>
    text === '' ? [] : text.split(':').flatMap((group) => (group.includes('.') ? [numberOf(group) >> 16n, numberOf(group) & 0xffffn] : [BigInt(`0x${group}`)]));
  const before = groups(head);
  const after = groups(tail ?? '');
  return [...before, ...new Array<bigint>(8 - before.length - after.length).fill(0n), ...after].reduce((sum, group) => (sum << 16n) + group, 0n);
};

/** What can stand in the path of a URL (content.IsPathSegmentName). */
export const pathSegmentErrors = (name: string): readonly string[] => {
  if (name === '.' || name === '..') return [`may not be '${name}'`];
  return ['/', '%'].filter((part) => name.includes(part)).map((part) => `may not contain '${part}'`);
};

/** A key of data in a ConfigMap or Secret. */
export const configKeyErrors = (key: string): readonly string[] => {
  const errors: string[] = [];
  if (key.length > 253) errors.push('must be no more than 253 characters');
  if (!/^[-._a-zA-Z0-9]+$/.test(key)) {
    errors.push("a valid config key must consist of alphanumeric characters, '-', '_' or '.' (e.g. 'key.name',  or 'KEY_NAME',  or 'key-name', regex used for validation is '[-._a-zA-Z0-9]+')");
  } else if (key === '.' || key === '..') errors.push(`must not be '${key}'`);
  else if (key.startsWith('..')) errors.push("must not start with '..'");
  return errors;
};

export const labelMap = (out: Findings, path: string, labels: Readonly<Record<string, string>> | undefined | null): void => {
  for (const key of Object.keys(labels ?? {}).sort()) {
    named(out, path, key, labelKeyErrors);
    named(out, path, labels?.[key] ?? '', labelValueErrors);
  }
};

export const qualifiedName = (out: Findings, path: string, value: string): void => named(out, path, value, qualifiedNameErrors);

/** Go's field path of a map's key: `data[key]`. */
export const keyed = (path: string, key: string): string => `${path}[${key}]`;
