import { X509Certificate } from 'node:crypto';
import { expect, it } from 'vitest';
import { createCertificateAuthority } from './certificates.js';

it('a serving certificate is signed by the authority and names its hosts', () => {
  const authority = createCertificateAuthority();
  const ca = new X509Certificate(authority.certificate);
  const leaf = new X509Certificate(authority.serve(['127.0.0.1', 'localhost', '::1']).certificate);
  expect(ca.ca).toBe(true);
  expect(leaf.ca).toBe(false);
  expect(leaf.verify(ca.publicKey)).toBe(true);
  expect(leaf.checkIssued(ca)).toBe(true);
  expect(leaf.checkHost('localhost')).toBe('localhost');
  expect(leaf.checkIP('127.0.0.1')).toBe('127.0.0.1');
  expect(leaf.checkIP('::1')).toBe('::1');
  expect(leaf.checkIP('127.0.0.2')).toBeUndefined();
});

it('a client certificate carries the user as common name and the groups as organisations', () => {
  const authority = createCertificateAuthority();
  const { certificate, key } = authority.identify('jane', ['dev', 'ops']);
  expect(new X509Certificate(certificate).subject).toBe('O=dev\nO=ops\nCN=jane');
  expect(key).toContain('BEGIN PRIVATE KEY');
});

it('another authority did not sign it', () => {
  const leaf = new X509Certificate(createCertificateAuthority().serve(['localhost']).certificate);
  expect(leaf.verify(new X509Certificate(createCertificateAuthority().certificate).publicKey)).toBe(false);
});
