/**
 * An IP address as the service table holds it: an IPv4 address is a signed 32-bit integer (a small integer for the engine, and
 * what `Int32Array` holds), an IPv6 address its canonical text (RFC 5952). So `typeof` tells the family.
 */
export type IpAddress = number | string;

export type IpFamily = 4 | 6;

/** `10.0.0.0/8`. An IPv4 range is base and mask, an IPv6 range the first `length` bits of eight groups. */
export type IpRange =
  | { readonly family: 4; readonly base: number; readonly mask: number }
  | { readonly family: 6; readonly groups: readonly number[]; readonly length: number };

export const familyOf = (address: IpAddress): IpFamily => (typeof address === 'number' ? 4 : 6);

/** The address that a text stands for; undefined if it is none. */
export const parseIp = (text: string): IpAddress | undefined => {
  if (text.indexOf(':') < 0) return parseIpv4(text);
  const groups = parseGroups(text);
  return groups && ipv6Text(groups);
};

/** `10.96.0.1`, or the IPv6 text. */
export const ipText = (address: IpAddress): string =>
  typeof address === 'string' ? address : `${address >>> 24}.${(address >>> 16) & 255}.${(address >>> 8) & 255}.${address & 255}`;

/** `10.96.0.1:80` or `[fd00::1]:80`. */
export const hostPort = (address: IpAddress, port: number): string => (typeof address === 'string' ? `[${address}]:${port}` : `${ipText(address)}:${port}`);

/** A CIDR, or a single address as the range of it alone; undefined if it is neither. */
export const parseRange = (text: string): IpRange | undefined => {
  const slash = text.indexOf('/');
  const host = slash < 0 ? text : text.slice(0, slash);
  const most = host.indexOf(':') < 0 ? 32 : 128;
  const length = slash < 0 ? most : Number(text.slice(slash + 1));
  if (!Number.isInteger(length) || length < 0 || length > most) return undefined;
  if (most === 128) {
    const groups = parseGroups(host);
    return groups && { family: 6, groups, length };
  }
  const base = parseIpv4(host);
  if (base === undefined) return undefined;
  // A shift by 32 is none in JavaScript.
  const mask = length === 0 ? 0 : -1 << (32 - length);
  return { family: 4, base: base & mask, mask };
};

export const inRange = (range: IpRange, address: IpAddress): boolean => {
  if (typeof address === 'number') return range.family === 4 && (address & range.mask) === range.base;
  if (range.family === 4) return false;
  const groups = parseGroups(address);
  if (!groups) return false;
  for (let at = 0; at * 16 < range.length; at++) {
    const bits = Math.min(16, range.length - at * 16);
    const differing = ((groups[at] as number) ^ (range.groups[at] as number)) >>> (16 - bits);
    if (differing !== 0) return false;
  }
  return true;
};

export const inAnyRange = (ranges: readonly IpRange[], address: IpAddress): boolean => {
  for (const range of ranges) if (inRange(range, address)) return true;
  return false;
};

export const parseRanges = (texts: readonly string[]): readonly IpRange[] => {
  const ranges: IpRange[] = [];
  for (const text of texts) {
    const range = parseRange(text.trim());
    if (range) ranges.push(range);
  }
  return ranges;
};

/** 127.0.0.1 */
export const LOCALHOST: IpAddress = (127 << 24) | 1;

/** 127.0.0.0/8 or ::1. */
export const isLoopback = (address: IpAddress): boolean => (typeof address === 'number' ? address >>> 24 === 127 : address === '::1');

const parseIpv4 = (text: string): number | undefined => {
  let value = 0;
  let part = 0;
  let digits = 0;
  let parts = 1;
  for (let i = 0; i < text.length; i++) {
    const code = text.charCodeAt(i);
    if (code === 46) {
      if (digits === 0 || parts === 4) return undefined;
      value = (value << 8) | part;
      part = 0;
      digits = 0;
      parts++;
    } else {
      if (code < 48 || code > 57 || digits === 3) return undefined;
      part = part * 10 + code - 48;
      digits++;
      if (part > 255) return undefined;
    }
  }
  return digits === 0 || parts !== 4 ? undefined : (value << 8) | part;
};

const parseGroups = (text: string): readonly number[] | undefined => {
  const halves = text.split('::');
  if (halves.length > 2) return undefined;
  const head = groupsOf(halves[0] ?? '');
  const tail = groupsOf(halves[1] ?? '');
  if (!head || !tail) return undefined;
  const missing = 8 - head.length - tail.length;
  if (halves.length === 1 ? missing !== 0 : missing < 1) return undefined;
  return [...head, ...new Array<number>(missing).fill(0), ...tail];
};

const groupsOf = (half: string): number[] | undefined => {
  if (half === '') return [];
  const groups: number[] = [];
  const words = half.split(':');
  for (const [at, word] of words.entries()) {
    if (at === words.length - 1 && word.includes('.')) {
      const embedded = parseIpv4(word);
      if (embedded === undefined) return undefined;
      groups.push(embedded >>> 16, embedded & 0xffff);
    } else {
      const group = /^[0-9a-f]{1,4}$/i.test(word) ? Number.parseInt(word, 16) : Number.NaN;
      if (Number.isNaN(group)) return undefined;
      groups.push(group);
    }
  }
  return groups;
};

/** RFC 5952: lower case, no leading zeros, the longest run of two or more zero groups as `::`. */
const ipv6Text = (groups: readonly number[]): string => {
  let start = -1;
  let length = 1;
  for (let at = 0; at < 8; at++) {
    let run = 0;
    while (at + run < 8 && groups[at + run] === 0) run++;
    if (run > length) [start, length] = [at, run];
    at += run;
  }
  const hex = groups.map((group) => group.toString(16));
  return start < 0 ? hex.join(':') : `${hex.slice(0, start).join(':')}::${hex.slice(start + length).join(':')}`;
};
