import { goQuote } from '../../api/go-text.js';
import { groupResourceOf } from '../../api/resources.js';
import type { Status, UserInfo } from '../../api/requests.js';
import { forbiddenRequest } from '../../api/status.js';
import { ANONYMOUS } from './authentication.js';

/** What somebody wants to do, as an authoriser sees it. */
export type Attributes =
  | { readonly type: 'resource'; readonly verb: string; readonly group: string; readonly resource: string; readonly subresource: string; readonly namespace: string; readonly name: string }
  | { readonly type: 'path'; readonly verb: string; readonly path: string };

/** What the role `system:public-info-viewer` lets everybody read. */
const PUBLIC_PATHS = new Set(['/healthz', '/livez', '/readyz', '/version', '/version/']);

/**
 * Refuses or lets pass. Until roles are evaluated, whoever is authenticated may do everything and the anonymous user may read
 * what is public.
 */
export const authorize = (user: UserInfo, attributes: Attributes): Status | undefined => {
  if (user.name !== ANONYMOUS.name) return undefined;
  if (attributes.type === 'path' && attributes.verb === 'get' && PUBLIC_PATHS.has(attributes.path)) return undefined;
  return forbiddenTo(user, attributes);
};

/** What somebody is told who may not do it. */
export const forbiddenTo = (user: UserInfo, attributes: Attributes): Status => {
  if (attributes.type === 'path') {
    return forbiddenRequest('', '', `User ${goQuote(user.name)} cannot ${attributes.verb} path ${goQuote(attributes.path)}`);
  }
  const { verb, group, resource, subresource, namespace, name } = attributes;
  const what = subresource === '' ? resource : `${resource}/${subresource}`;
  const where = namespace === '' ? 'at the cluster scope' : `in the namespace ${goQuote(namespace)}`;
  return forbiddenRequest(groupResourceOf(group, resource), name, `User ${goQuote(user.name)} cannot ${verb} resource ${goQuote(what)} in API group ${goQuote(group)} ${where}`);
};
