import { describe, expect, it } from 'vitest';
import { ipErrors } from './values.js';

describe('an IP address', () => {
  it('is right as four numbers or as IPv6', () => {
    for (const address of ['0.0.0.0', '10.244.1.2', '255.255.255.255', '192.168.100.10', '2001:db8::ffff', '::', '::ffff:1.2.3.4']) expect(ipErrors(address), address).toEqual([]);
  });

  it('is told from what only looks like one', () => {
    for (const address of ['', '.', '1.2.3', '1.2.3.', '.1.2.3', '1..2.3', '1.2.3.4.5', '256.1.1.1', '1.2.3.999', '1.2.3.4 ', 'a.b.c.d', '1.2.3.-4', '1:2']) {
      expect(ipErrors(address), address).toEqual(['must be a valid IP address, (e.g. 10.9.8.7 or 2001:db8::ffff)']);
    }
  });

  it('may not have leading zeros', () => {
    for (const address of ['01.2.3.4', '1.2.3.04', '00.0.0.0', '1.2.003.4']) expect(ipErrors(address), address).toEqual(['must not have leading 0s']);
  });
});
