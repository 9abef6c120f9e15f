import { describe, expect, it } from 'vitest';
import type { IPAddress, ServiceCIDR, VolumeAttachment } from '../../api/generated/types.js';
import { ipAddressErrors, ipAddressUpdateErrors, serviceCidrErrors, serviceCidrUpdateErrors } from './service-network.js';
import { cidrErrors } from './values.js';
import { volumeAttachmentUpdateErrors } from './volume-attachment.js';

const fields = (errors: readonly { readonly field: string }[]): string[] => errors.map(({ field }) => field);
const address = (name: string, parentRef?: object): IPAddress => ({ apiVersion: 'networking.k8s.io/v1', kind: 'IPAddress', metadata: { name }, spec: { parentRef } }) as IPAddress;
const range = (...cidrs: readonly string[]): ServiceCIDR => ({ apiVersion: 'networking.k8s.io/v1', kind: 'ServiceCIDR', metadata: { name: 'a' }, spec: { cidrs } });

it.each([
  ['10.0.0.0/8', true], ['10.0.0.0/7', true], ['10.1.0.0/8', false], ['0.0.0.0/0', true], ['10.0.0.1/32', true], ['10.0.0.0/33', false], ['10.0.0.0', false], ['10.0.0.0/08', false], ['010.0.0.0/8', false], ['x/8', false],
  ['2001:db8::/64', true], ['2001:db8::1/64', false], ['::/0', true], ['::1/128', true], ['2001:db8:0:0:8000::/65', true], ['2001:db8:0:0:8000::/64', false], ['::ffff:10.0.0.0/104', true], ['2001:db8::/129', false],
])('%s is a CIDR: %s', (text, is) => expect(cidrErrors(text).length === 0).toBe(is));

describe('the network of services', () => {
  it('has addresses that belong to something, for ever', () => {
    const of = { resource: 'services', name: 'a', namespace: 'default' };
    expect(ipAddressErrors(address('2001:db8::1', of))).toEqual([]);
    expect(fields(ipAddressErrors(address('a.b', { name: 'a/b', namespace: '..' })))).toEqual(['metadata.name', 'spec.parentRef.resource', 'spec.parentRef.name', 'spec.parentRef.namespace']);
    expect(fields(ipAddressUpdateErrors(address('10.0.0.1', { ...of, name: 'b' }), address('10.0.0.1', of)))).toEqual(['spec.parentRef']);
  });

  it('has ranges that may get a second family, and do not change otherwise', () => {
    expect(serviceCidrErrors(range('10.0.0.0/16', '2001:db8::/64'))).toEqual([]);
    expect(fields(serviceCidrErrors(range('10.0.0.0/16', '10.1.0.0/16')))).toEqual(['spec.cidrs']);
    expect(serviceCidrUpdateErrors(range('10.0.0.0/16', '2001:db8::/64'), range('10.0.0.0/16'))).toEqual([]);
    expect(fields(serviceCidrUpdateErrors(range('10.0.0.0/16', '10.1.0.0/16'), range('10.0.0.0/16')))).toEqual(['spec.cidrs']);
    expect(fields(serviceCidrUpdateErrors(range('10.1.0.0/16'), range('10.0.0.0/16')))).toEqual(['spec.cidrs[0]']);
    expect(fields(serviceCidrUpdateErrors(range('10.0.0.0/16'), range('10.0.0.0/16', '2001:db8::/64')))).toEqual(['spec.cidrs']);
  });
});

it('an attachment of a volume does not change', () => {
  const attachment = { apiVersion: 'storage.k8s.io/v1', kind: 'VolumeAttachment', metadata: { name: 'a' }, spec: { attacher: 'Example.com', nodeName: 'n', source: { persistentVolumeName: 'pv' } } } as VolumeAttachment;
  expect(volumeAttachmentUpdateErrors(attachment, attachment)).toEqual([]);
  expect(fields(volumeAttachmentUpdateErrors({ ...attachment, spec: { ...attachment.spec, nodeName: 'm', attacher: 'a_b' } }, attachment))).toEqual(['spec.attacher', 'spec']);
});
