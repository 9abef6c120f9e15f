import { createHash, createPublicKey, generateKeyPair, randomUUID, sign, verify, type KeyObject } from 'node:crypto';
import { isFailure, named, type Port } from '@naumachia/core';
import type { ObjectMeta } from '../../api/object.js';
import type { ApiRequest, UserInfo } from '../../api/requests.js';
import { goQuote } from '../../api/go-text.js';
import { notFound } from '../../api/status.js';

const API_SERVER = named<ApiRequest>('apiserver');

/** `--service-account-issuer`, which is also the audience that stands for the API server. */
export const ISSUER = 'https://kubernetes.default.svc.cluster.local';

export interface NamedUid {
  readonly name: string;
  readonly uid: string;
}

/** What a token says (pkg/serviceaccount/claims.go). Times are seconds since 1970. */
export interface TokenClaims {
  readonly aud: readonly string[];
  readonly exp: number;
  readonly iat: number;
  readonly iss: string;
  readonly jti: string;
  readonly 'kubernetes.io': {
    readonly namespace: string;
    readonly node?: NamedUid;
    readonly pod?: NamedUid;
    readonly secret?: NamedUid;
    readonly serviceaccount: NamedUid;
    readonly warnafter?: number;
  };
  readonly nbf: number;
  readonly sub: string;
}

export interface TokenSubject {
  readonly audiences: readonly string[];
  readonly seconds: number;
  /** After so many seconds a client that still uses it is warned about; such a token lives longer. */
  readonly warnAfter: number | undefined;
  readonly namespace: string;
  readonly account: NamedUid;
  readonly bound: Pick<TokenClaims['kubernetes.io'], 'node' | 'pod' | 'secret'>;
}

/** The tokens of service accounts: signed JSON web tokens (RS256). The key is made when the first one is asked for, as RSA keys take long. */
export interface ServiceAccountTokens {
  issue(subject: TokenSubject, now: Date): Promise<string>;
  /** Whom a token stands for, and for which of the audiences asked for. */
  review(port: Port, token: string, audiences: readonly string[]): Promise<TokenReviewed>;
  /** For those who verify tokens themselves (`/openid/v1/jwks`). */
  publicKeys(): readonly object[];
}

/** `error`: what is wrong with a token of these (expired, for others, bound to what is gone); absent for one that is not of these. */
export type TokenReviewed = { readonly user: UserInfo; readonly audiences: readonly string[] } | { readonly user?: undefined; readonly error?: string };

interface SigningKey {
  readonly privateKey: KeyObject;
  readonly publicKey: KeyObject;
  readonly id: string;
}

export const serviceAccountTokens = (): ServiceAccountTokens => {
  let key: SigningKey | undefined;
  let making: Promise<SigningKey> | undefined;
  return {
    issue: async (subject, now) => {
      key = await (making ??= newSigningKey());
      return signed(claimsOf(subject, now), key);
    },
    review: async (port, token, audiences) => {
      const claims = claimsIn(token);
      if (claims === undefined) return {};
      if (key === undefined || !isSigned(token, key)) return { error: 'go-jose/go-jose: error in cryptographic primitive' };
      const meant = claims.aud.filter((audience) => audiences.includes(audience));
      if (meant.length === 0) return { error: `token audiences ${goList(claims.aud)} is invalid for the target audiences ${goList(audiences)}` };
      const error = untimely(claims) ?? (await isGone(port, claims));
      return error === undefined ? { user: userOf(claims), audiences: meant } : { error };
    },
    publicKeys: () => (key === undefined ? [] : [{ use: 'sig', ...key.publicKey.export({ format: 'jwk' }), kid: key.id, alg: 'RS256' }]),
  };
};

/** Whether a bearer token may be one of these at all. */
export const looksSigned = (token: string): boolean => token.startsWith('eyJ') && token.split('.').length === 3;

const newSigningKey = (): Promise<SigningKey> =>
  new Promise((resolve, reject) => {
    generateKeyPair('rsa', { modulusLength: 2048 }, (error, _public, privateKey) => {
      if (error) return reject(error);
      const publicKey = createPublicKey(privateKey);
      const id = createHash('sha256').update(publicKey.export({ type: 'spki', format: 'der' })).digest('base64url');
      resolve({ privateKey, publicKey, id });
    });
  });

const claimsOf = ({ audiences, seconds, warnAfter, namespace, account, bound }: TokenSubject, now: Date): TokenClaims => {
  const iat = Math.floor(now.getTime() / 1000);
  return {
    aud: audiences,
    exp: iat + seconds,
    iat,
    iss: ISSUER,
    jti: randomUUID(),
    'kubernetes.io': { namespace, ...bound, serviceaccount: account, ...(warnAfter !== undefined && { warnafter: iat + warnAfter }) },
    nbf: iat,
    sub: `system:serviceaccount:${namespace}:${account.name}`,
  };
};

const encoded = (part: object): string => Buffer.from(JSON.stringify(part)).toString('base64url');

const signed = (claims: TokenClaims, { privateKey, id }: SigningKey): string => {
  const text = `${encoded({ alg: 'RS256', kid: id })}.${encoded(claims)}`;
  return `${text}.${sign('sha256', Buffer.from(text), privateKey).toString('base64url')}`;
};

/** What a token says, whoever has signed it; undefined for one of another issuer. */
const claimsIn = (token: string): TokenClaims | undefined => {
  try {
    const claims = JSON.parse(Buffer.from(token.split('.')[1] ?? '', 'base64url').toString('utf8')) as TokenClaims;
    return claims.iss === ISSUER ? claims : undefined;
  } catch {
    return undefined;
  }
};

const isSigned = (token: string, { publicKey }: SigningKey): boolean => {
  const [head = '', body = '', signature = ''] = token.split('.');
  return verify('sha256', Buffer.from(`${head}.${body}`), publicKey, Buffer.from(signature, 'base64url'));
};

const goList = (texts: readonly string[]): string => `[${texts.map(goQuote).join(' ')}]`;

/** Clocks may differ by so much (jwt.DefaultLeeway), in seconds. */
const LEEWAY = 60;

const untimely = ({ exp, nbf }: TokenClaims): string | undefined => {
  const now = Date.now() / 1000;
  if (now - LEEWAY > exp) return 'service account token has expired';
  return now + LEEWAY < nbf ? 'service account token is not valid yet' : undefined;
};

/** Names of pkg/serviceaccount ServiceAccountInfo.UserInfo. */
const userOf = ({ jti, sub, 'kubernetes.io': { namespace, serviceaccount, pod, node } }: TokenClaims): UserInfo => ({
  name: sub,
  uid: serviceaccount.uid,
  groups: ['system:serviceaccounts', `system:serviceaccounts:${namespace}`, 'system:authenticated'],
  extra: {
    'authentication.kubernetes.io/credential-id': [`JTI=${jti}`],
    ...(node && { 'authentication.kubernetes.io/node-name': [node.name], ...(node.uid !== '' && { 'authentication.kubernetes.io/node-uid': [node.uid] }) }),
    ...(pod && { 'authentication.kubernetes.io/pod-name': [pod.name], 'authentication.kubernetes.io/pod-uid': [pod.uid] }),
  },
});

/** The server asks on its own behalf. */
const SELF: UserInfo = { name: 'system:apiserver', groups: ['system:masters'] };

const INVALIDATED = 'service account token has been invalidated';

/** A token ends with the account, and with what it is bound to (pkg/serviceaccount Validator); a node that a pod's token names may be gone. */
const isGone = async (port: Port, { 'kubernetes.io': { namespace, serviceaccount, pod, secret, node } }: TokenClaims): Promise<string | undefined> => {
  const account = await objectNamed(port, 'serviceaccounts', namespace, serviceaccount.name);
  if (account === undefined) return notFound('serviceaccounts', serviceaccount.name).message;
  if (account.uid !== serviceaccount.uid) return `service account UID (${account.uid}) does not match claim (${serviceaccount.uid})`;
  if (isLongDeleted(account)) return `service account ${namespace}/${serviceaccount.name} has been deleted`;
  const lost = async (kind: string, resource: string, from: string, { name, uid }: NamedUid): Promise<string | undefined> => {
    const bound = await objectNamed(port, resource, from, name);
    if (bound !== undefined && bound.uid !== uid) return `${kind} UID (${bound.uid}) does not match service account ${kind} ref claim (${uid})`;
    return bound === undefined || isLongDeleted(bound) ? INVALIDATED : undefined;
  };
  const secretLost = secret && (await lost('secret', 'secrets', namespace, secret));
  if (secretLost !== undefined) return secretLost;
  if (pod) return lost('pod', 'pods', namespace, pod);
  return node && lost('node', 'nodes', '', node);
};

const isLongDeleted = ({ deletionTimestamp }: ObjectMeta): boolean => deletionTimestamp !== undefined && Date.parse(deletionTimestamp) < Date.now() - LEEWAY * 1000;

const objectNamed = async (port: Port, resource: string, namespace: string, name: string): Promise<ObjectMeta | undefined> => {
  const answer = await port.request(API_SERVER, { type: 'get', user: SELF, resource, namespace, name });
  return isFailure(answer) || answer.type !== 'object' ? undefined : answer.object.value.metadata;
};
