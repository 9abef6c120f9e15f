import type { IncomingHttpHeaders } from 'node:http';
import type { PeerCertificate } from 'node:tls';
import type { Port } from '@naumachia/core';
import type { Status, UserInfo } from '../../api/requests.js';
import { unauthorized } from '../../api/status.js';
import { ISSUER, looksSigned, type ServiceAccountTokens, type TokenReviewed } from './service-account-tokens.js';

/** Bearer tokens and whom they stand for. */
export type TokenTable = ReadonlyMap<string, UserInfo>;

/** By whose tokens clients are known. */
export interface Identities {
  readonly tokens: TokenTable;
  readonly accounts: ServiceAccountTokens;
}

export const ANONYMOUS: UserInfo = { name: 'system:anonymous', groups: ['system:unauthenticated'] };
export const AUTHENTICATED = 'system:authenticated';
export const MASTERS = 'system:masters';

/** The one user that a cluster starts with. */
export const administrator: UserInfo = { name: 'admin', uid: 'admin-uid', groups: [MASTERS, AUTHENTICATED] };

/** What of a request says who sends it. */
export interface Credentials {
  readonly headers: IncomingHttpHeaders;
  /** Names and values as they came: repeated impersonation headers must not be joined. */
  readonly rawHeaders: readonly string[];
  /** Of a client whose certificate the cluster's authority signed. */
  readonly certificate: PeerCertificate | undefined;
}

/** Who sends a request, or why that cannot be known. */
export const authenticate = async (port: Port, credentials: Credentials, identities: Identities): Promise<UserInfo | Status> => {
  const { authorization } = credentials.headers;
  // Other schemes are ignored, and so is an empty token: they leave the request anonymous, as in the real server.
  if (authorization !== undefined && /^bearer /i.test(authorization)) {
    const token = authorization.slice('bearer '.length).trim();
    if (token !== '') return (await reviewToken(port, token, API_AUDIENCES, identities)).user ?? unauthorized();
  }
  const { certificate } = credentials;
  if (certificate?.subject?.CN) {
    const organizations = certificate.subject.O as string | readonly string[] | undefined;
    const groups = organizations === undefined ? [] : typeof organizations === 'string' ? [organizations] : organizations;
    return { name: certificate.subject.CN, groups: [...groups, AUTHENTICATED] };
  }
  return ANONYMOUS;
};

/** `--api-audiences`: for whom a token must be that is sent to this server. */
export const API_AUDIENCES = [ISSUER];

/** Whom a token stands for. Those of the table are for the audiences of the API server. */
export const reviewToken = async (port: Port, token: string, audiences: readonly string[], { tokens, accounts }: Identities): Promise<TokenReviewed> => {
  const user = tokens.get(token);
  const meant = API_AUDIENCES.filter((audience) => audiences.includes(audience));
  if (user !== undefined && meant.length > 0) return { user, audiences: meant };
  return looksSigned(token) ? accounts.review(port, token, audiences) : {};
};

export const isStatus = (value: UserInfo | Status): value is Status => 'kind' in value;
