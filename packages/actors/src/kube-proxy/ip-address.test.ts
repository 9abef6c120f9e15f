import { describe, expect, it } from 'vitest';
import { hostPort, inRange, ipText, parseIp, parseRange } from './ip-address.js';

const range = (text: string) => parseRange(text) ?? expect.fail(`${text} is no range`);
const ip = (text: string) => parseIp(text) ?? expect.fail(`${text} is no address`);

describe('IP addresses', () => {
  it('of IPv4 are small integers that give their text back', () => {
    for (const text of ['0.0.0.0', '10.96.0.1', '192.168.50.10', '255.255.255.255']) {
      expect(parseIp(text)).toBe((parseIp(text) as number) | 0);
      expect(ipText(ip(text))).toBe(text);
    }
  });

  it('of IPv6 have one canonical text', () => {
    expect(parseIp('FD00:0:0:0:0:0:0:01')).toBe('fd00::1');
    expect(parseIp('::')).toBe('::');
    expect(parseIp('1:0:0:2:0:0:0:3')).toBe('1:0:0:2::3');
    expect(parseIp('::ffff:10.0.0.1')).toBe('::ffff:a00:1');
  });

  it('are refused when they are none', () => {
    for (const text of ['', '10.0.0', '10.0.0.0.1', '10.0.0.256', '10..0.1', 'a.b.c.d', '1:2:3', '1::2::3', '12345::', 'host']) expect(parseIp(text)).toBeUndefined();
  });

  it('are in a range by its prefix', () => {
    expect(inRange(range('10.244.0.0/16'), ip('10.244.255.1'))).toBe(true);
    expect(inRange(range('10.244.0.0/16'), ip('10.245.0.1'))).toBe(false);
    expect(inRange(range('0.0.0.0/0'), ip('203.0.113.1'))).toBe(true);
    expect(inRange(range('192.0.2.9'), ip('192.0.2.9'))).toBe(true);
    expect(inRange(range('fd00:10:244::/47'), ip('fd00:10:245::1'))).toBe(true);
    expect(inRange(range('fd00:10:244::/48'), ip('fd00:10:245::1'))).toBe(false);
    expect(inRange(range('::/0'), ip('10.0.0.1'))).toBe(false);
  });

  it('stand with a port as a socket address does', () => {
    expect(hostPort(ip('10.0.0.1'), 80)).toBe('10.0.0.1:80');
    expect(hostPort(ip('fd00::1'), 80)).toBe('[fd00::1]:80');
  });
});
