import { createHash, createPublicKey, generateKeyPair, randomUUID, sign, verify, type KeyObject } from 'node:crypto';
import { isFailure, named, type Port } from '@naumachia/core';
import type { KubernetesObject } from '../../api/object.js';
import type { ApiRequest, Status, UserInfo } from '../../api/requests.js';
import { unauthorized } from '../../api/status.js';

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
  /** Whom a token stands for; Unauthorized if it is not of these, is over, or what it is bound to is gone. */
  authenticate(port: Port, token: string): Promise<UserInfo | Status>;
  /** For those who verify tokens themselves (`/openid/v1/jwks`). */
  publicKeys(): readonly object[];
}

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
    authenticate: async (port, token) => {
      const claims = key && claimsIn(token, key);
      const now = Date.now() / 1000;
      if (claims === undefined || claims.iss !== ISSUER || claims.exp <= now || claims.nbf > now || !claims.aud.includes(ISSUER)) return unauthorized();
      return (await isAlive(port, claims)) ? userOf(claims) : unauthorized();
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

/** The claims of a token that this key has signed. */
const claimsIn = (token: string, { publicKey }: SigningKey): TokenClaims | undefined => {
  const [head = '', body = '', signature = ''] = token.split('.');
  if (!verify('sha256', Buffer.from(`${head}.${body}`), publicKey, Buffer.from(signature, 'base64url'))) return undefined;
  return JSON.parse(Buffer.from(body, 'base64url').toString('utf8')) as TokenClaims;
};

const userOf = ({ sub, 'kubernetes.io': { namespace, serviceaccount } }: TokenClaims): UserInfo => ({
  name: sub,
  uid: serviceaccount.uid,
  groups: ['system:serviceaccounts', `system:serviceaccounts:${namespace}`, 'system:authenticated'],
});

/** The server asks on its own behalf. */
const SELF: UserInfo = { name: 'system:apiserver', groups: ['system:masters'] };

/** A token ends with the account, and with what it is bound to (pkg/serviceaccount Validator). */
const isAlive = async (port: Port, { 'kubernetes.io': { namespace, serviceaccount, pod, secret, node } }: TokenClaims): Promise<boolean> => {
  const exists = async (resource: string, from: string, { name, uid }: NamedUid): Promise<boolean> => (await objectNamed(port, resource, from, name))?.metadata.uid === uid;
  if (!(await exists('serviceaccounts', namespace, serviceaccount))) return false;
  if (secret) return exists('secrets', namespace, secret);
  if (pod) return exists('pods', namespace, pod);
  return node === undefined || exists('nodes', '', node);
};

const objectNamed = async (port: Port, resource: string, namespace: string, name: string): Promise<KubernetesObject | undefined> => {
  const answer = await port.request(API_SERVER, { type: 'get', user: SELF, resource, namespace, name });
  return isFailure(answer) || answer.type !== 'object' ? undefined : answer.object.value;
};
