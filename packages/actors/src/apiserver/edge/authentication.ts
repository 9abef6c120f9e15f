import type { IncomingHttpHeaders } from 'node:http';
import type { PeerCertificate } from 'node:tls';
import type { Port } from '@naumachia/core';
import type { Status, UserInfo } from '../../api/requests.js';
import { badRequest, forbiddenRequest, unauthorized } from '../../api/status.js';
import { goQuote } from '../../api/go-text.js';
import { looksSigned, type ServiceAccountTokens } from './service-account-tokens.js';

/** Bearer tokens and whom they stand for. */
export type TokenTable = ReadonlyMap<string, UserInfo>;

/** By whose tokens clients are known. */
export interface Identities {
  readonly tokens: TokenTable;
  readonly accounts: ServiceAccountTokens;
}

export const ANONYMOUS: UserInfo = { name: 'system:anonymous', groups: ['system:unauthenticated'] };
const AUTHENTICATED = 'system:authenticated';
const MASTERS = 'system:masters';

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
export const authenticate = async (port: Port, credentials: Credentials, { tokens, accounts }: Identities): Promise<UserInfo | Status> => {
  const { authorization } = credentials.headers;
  // Other schemes are ignored, and so is an empty token: they leave the request anonymous, as in the real server.
  if (authorization !== undefined && /^bearer /i.test(authorization)) {
    const token = authorization.slice('bearer '.length).trim();
    if (token !== '') return tokens.get(token) ?? (looksSigned(token) ? accounts.authenticate(port, token) : unauthorized());
  }
  const { certificate } = credentials;
  if (certificate?.subject?.CN) {
    const organizations = certificate.subject.O as string | readonly string[] | undefined;
    const groups = organizations === undefined ? [] : typeof organizations === 'string' ? [organizations] : organizations;
    return { name: certificate.subject.CN, groups: [...groups, AUTHENTICATED] };
  }
  return ANONYMOUS;
};

export const isStatus = (value: UserInfo | Status): value is Status => 'kind' in value;

/** Whom the sender wants to be taken for by the Impersonate-* headers; the sender where it asks for nothing. */
export const impersonate = (sender: UserInfo, { headers, rawHeaders }: Credentials): UserInfo | Status => {
  const asUser = headers['impersonate-user'];
  const name = typeof asUser === 'string' ? asUser : undefined;
  const uid = typeof headers['impersonate-uid'] === 'string' ? headers['impersonate-uid'] : undefined;
  const groups: string[] = [];
  let extra = false;
  for (let i = 0; i < rawHeaders.length; i += 2) {
    const header = rawHeaders[i]?.toLowerCase() ?? '';
    if (header === 'impersonate-group') groups.push(rawHeaders[i + 1] ?? '');
    else if (header.startsWith('impersonate-extra-')) extra = true;
  }
  if (name === undefined || name === '') {
    if (uid === undefined && groups.length === 0 && !extra) return sender;
    const shown = groups.length === 0 ? '[]string(nil)' : `[]string{${groups.map(goQuote).join(', ')}}`;
    return badRequest(`requested &user.DefaultInfo{Name:"", UID:${goQuote(uid ?? '')}, Groups:${shown}, Extra:map[string][]string(nil)} without impersonating a user name`);
  }
  if (!sender.groups.includes(MASTERS)) {
    return forbiddenRequest('users', name, `User ${goQuote(sender.name)} cannot impersonate resource "users" in API group "" at the cluster scope`);
  }
  return { name, ...(uid !== undefined && { uid }), groups: impersonatedGroups(name, groups) };
};

const impersonatedGroups = (name: string, groups: readonly string[]): readonly string[] => {
  const account = /^system:serviceaccount:([^:]+):[^:]+$/.exec(name);
  const own = groups.length === 0 && account ? ['system:serviceaccounts', `system:serviceaccounts:${account[1]}`] : groups;
  const implied = name === ANONYMOUS.name ? 'system:unauthenticated' : AUTHENTICATED;
  return own.includes(implied) || own.includes('system:unauthenticated') ? own : [...own, implied];
};
