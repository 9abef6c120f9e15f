import { goQuote } from '../../api/go-text.js';
import type { Status, UserInfo } from '../../api/requests.js';
import { badRequest } from '../../api/status.js';
import { ANONYMOUS, AUTHENTICATED, type Credentials, MASTERS } from './authentication.js';
import { type Attributes, forbiddenTo } from './authorization.js';

/** Whom the sender wants to be taken for by the Impersonate-* headers; the sender where it asks for nothing. */
export const impersonate = (sender: UserInfo, { headers, rawHeaders }: Credentials, attributes: Attributes): UserInfo | Status => {
  const asUser = headers['impersonate-user'];
  const name = typeof asUser === 'string' ? asUser : undefined;
  const uid = typeof headers['impersonate-uid'] === 'string' ? headers['impersonate-uid'] : undefined;
  const groups: string[] = [];
  const extra = new Map<string, string[]>();
  for (let i = 0; i < rawHeaders.length; i += 2) {
    const header = rawHeaders[i]?.toLowerCase() ?? '';
    if (header === 'impersonate-group') groups.push(rawHeaders[i + 1] ?? '');
    else if (header.startsWith(EXTRA)) {
      const key = unescaped(header.slice(EXTRA.length));
      extra.set(key, [...(extra.get(key) ?? []), rawHeaders[i + 1] ?? '']);
    }
  }
  if (name === undefined || name === '') {
    if (uid === undefined && groups.length === 0 && extra.size === 0) return sender;
    const goTexts = (texts: readonly string[]): string => `[]string{${texts.map(goQuote).join(', ')}}`;
    const shown = groups.length === 0 ? '[]string(nil)' : goTexts(groups);
    const extras = extra.size === 0 ? '(nil)' : `{${sortedByKey(extra).map(([key, values]) => `${goQuote(key)}:${goTexts(values)}`).join(', ')}}`;
    return badRequest(`requested &user.DefaultInfo{Name:"", UID:${goQuote(uid ?? '')}, Groups:${shown}, Extra:map[string][]string${extras}} without impersonating a user name`);
  }
  if (!sender.groups.includes(MASTERS)) return forbiddenTo(sender, Object.assign({}, attributes, { verb: `impersonate-on:${modeOf(name)}:${attributes.verb}` }));
  return { name, ...(uid !== undefined && { uid }), groups: impersonatedGroups(name, groups), ...(extra.size > 0 && { extra: Object.fromEntries(sortedByKey(extra)) }) };
};

/** What is asked for last when somebody may not impersonate (constrained impersonation, beta since 1.36). */
const modeOf = (name: string): string => (name.startsWith('system:serviceaccount:') ? 'serviceaccount' : name.startsWith('system:node:') ? 'arbitrary-node' : 'user-info');

const EXTRA = 'impersonate-extra-';

const sortedByKey = <V>(map: ReadonlyMap<string, V>): [string, V][] => [...map].sort(([a], [b]) => (a < b ? -1 : 1));

/** Keys may hold what headers may not, percent-encoded; those that cannot be read stay as they are. */
const unescaped = (key: string): string => {
  try {
    return decodeURIComponent(key);
  } catch {
    return key;
  }
};

const impersonatedGroups = (name: string, groups: readonly string[]): readonly string[] => {
  const account = /^system:serviceaccount:([^:]+):[^:]+$/.exec(name);
  const own = groups.length === 0 && account ? ['system:serviceaccounts', `system:serviceaccounts:${account[1]}`] : groups;
  const implied = name === ANONYMOUS.name ? 'system:unauthenticated' : AUTHENTICATED;
  return own.includes(implied) || own.includes('system:unauthenticated') ? own : [...own, implied];
};
