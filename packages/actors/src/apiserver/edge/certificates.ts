import { createHash, createPrivateKey, createPublicKey, generateKeyPairSync, randomBytes, sign, type KeyObject } from 'node:crypto';
import { isIP } from 'node:net';
import { bitString, boolean, explicit, implicit, integer, objectIdentifier, octetString, sequence, set, time, utf8String } from './der.js';

/** A private key and its certificate, in PEM. */
export interface KeyAndCertificate {
  readonly key: string;
  readonly certificate: string;
}

/** The authority that a cluster makes for itself when it starts. */
export interface CertificateAuthority {
  /** PEM, for kubeconfigs. */
  readonly certificate: string;
  /** A serving certificate for the names and addresses by which the server is reached. */
  serve(hosts: readonly string[]): KeyAndCertificate;
  /** A client certificate: the common name becomes the user, the organisations its groups. */
  identify(user: string, groups: readonly string[]): KeyAndCertificate;
}

const DAY = 24 * 60 * 60 * 1000;
const ECDSA_WITH_SHA256 = sequence(objectIdentifier('1.2.840.10045.4.3.2'));
const COMMON_NAME = objectIdentifier('2.5.4.3');
const ORGANIZATION = objectIdentifier('2.5.4.10');
const SERVER_AUTH = objectIdentifier('1.3.6.1.5.5.7.3.1');
const CLIENT_AUTH = objectIdentifier('1.3.6.1.5.5.7.3.2');

/** An authority's own key and certificate, as plain data that can be kept or sent to another thread. */
export const newAuthority = (now: Date = new Date()): KeyAndCertificate => {
  const { privateKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' });
  const key = privateKey.export({ type: 'pkcs8', format: 'pem' }) as string;
  return { key, certificate: certificateAuthority(key, now).certificate };
};

/** Makes an authority with a key of its own. */
export const createCertificateAuthority = (now: Date = new Date()): CertificateAuthority => certificateAuthority(newAuthority(now).key, now);

/**
 * The authority with the private key `key` (PEM). ECDSA on P-256, whose keys are made in less than a millisecond (RSA keys would take
 * most of a cluster's start), and certificates written here, because loading a library for them takes longer than all the rest.
 * Its certificate is signed anew unless one is given.
 */
export const certificateAuthority = (key: string, now: Date = new Date(), certificate?: string): CertificateAuthority => {
  const privateKey = createPrivateKey(key);
  const authority = { privateKey, publicKey: createPublicKey(privateKey) };
  const name = distinguishedName('kubernetes', []);
  // Begins a day back: the clock of a client that is slow must not refuse it.
  const validity = sequence(time(new Date(now.getTime() - DAY)), time(new Date(now.getTime() + 3650 * DAY)));
  const keyIdentifier = createHash('sha1').update(publicKeyInfo(authority.publicKey)).digest();

  const issue = (subject: Buffer, key: KeyObject, extensions: readonly Buffer[]): string => {
    const version3 = explicit(0, integer(Buffer.of(2)));
    const body = sequence(version3, integer(serialNumber()), ECDSA_WITH_SHA256, name, validity, subject, publicKeyInfo(key), explicit(3, sequence(...extensions)));
    return pem('CERTIFICATE', sequence(body, ECDSA_WITH_SHA256, bitString(sign('sha256', body, authority.privateKey))));
  };
  const leaf = (subject: Buffer, usage: Buffer, ...more: readonly Buffer[]): KeyAndCertificate => {
    const own = generateKeyPairSync('ec', { namedCurve: 'P-256' });
    const certificate = issue(subject, own.publicKey, [
      extension('2.5.29.19', sequence(), true),
      extension('2.5.29.15', bitString(Buffer.of(0x80), 7), true), // digitalSignature
      extension('2.5.29.37', sequence(usage)),
      extension('2.5.29.35', sequence(implicit(0, keyIdentifier))),
      ...more,
    ]);
    return { key: own.privateKey.export({ type: 'pkcs8', format: 'pem' }) as string, certificate };
  };

  return {
    certificate: certificate ?? issue(name, authority.publicKey, [
      extension('2.5.29.19', sequence(boolean(true)), true), // basicConstraints: an authority
      extension('2.5.29.15', bitString(Buffer.of(0x86), 1), true), // digitalSignature, keyCertSign, cRLSign
      extension('2.5.29.14', octetString(keyIdentifier)),
    ]),
    serve: (hosts) => leaf(distinguishedName('kube-apiserver', []), SERVER_AUTH, extension('2.5.29.17', sequence(...hosts.map(alternativeName)))),
    identify: (user, groups) => leaf(distinguishedName(user, groups), CLIENT_AUTH),
  };
};

const extension = (id: string, value: Buffer, critical = false): Buffer =>
  sequence(objectIdentifier(id), ...(critical ? [boolean(true)] : []), octetString(value));

const distinguishedName = (commonName: string, organizations: readonly string[]): Buffer =>
  sequence(...organizations.map((o) => set(sequence(ORGANIZATION, utf8String(o)))), set(sequence(COMMON_NAME, utf8String(commonName))));

const publicKeyInfo = (key: KeyObject): Buffer => key.export({ type: 'spki', format: 'der' });

const alternativeName = (host: string): Buffer => {
  switch (isIP(host)) {
    case 4:
      return implicit(7, Buffer.from(host.split('.').map(Number)));
    case 6:
      return implicit(7, ipv6Bytes(host));
    default:
      return implicit(2, Buffer.from(host, 'latin1'));
  }
};

const ipv6Bytes = (address: string): Buffer => {
  const [head = '', tail] = address.split('::');
  const words = (text: string): number[] => (text === '' ? [] : text.split(':').map((word) => Number.parseInt(word, 16)));
  const before = words(head);
  const after = tail === undefined ? [] : words(tail);
  const all = [...before, ...new Array<number>(Math.max(0, 8 - before.length - after.length)).fill(0), ...after];
  return Buffer.from(all.flatMap((word) => [word >> 8, word & 0xff]));
};

/** 16 random bytes whose first bit is clear: a serial number is positive (RFC 5280, 4.1.2.2). */
const serialNumber = (): Buffer => {
  const bytes = randomBytes(16);
  bytes[0] = ((bytes[0] ?? 0) & 0x3f) | 0x40;
  return bytes;
};

const pem = (label: string, der: Buffer): string => {
  const lines = der.toString('base64').match(/.{1,64}/g) ?? [];
  return `-----BEGIN ${label}-----\n${lines.join('\n')}\n-----END ${label}-----\n`;
};
