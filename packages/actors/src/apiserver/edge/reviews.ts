import type { Port } from '@naumachia/core';
import type { KubernetesObject, ManagedFieldsEntry } from '../../api/object.js';
import type { UserInfo } from '../../api/requests.js';
import { kindType } from '../../api/fields.js';
import { badRequest } from '../../api/status.js';
import { formatTime } from '../../api/time-format.js';
import { compareObjects, NOTHING_RESET } from '../managed-fields/object-comparison.js';
import { recordUpdate } from '../managed-fields/managed-fields.js';
import { API_AUDIENCES, reviewToken } from './authentication.js';
import { authorize } from './authorization.js';
import type { Exchange } from './exchange.js';
import { Refusal } from './request-options.js';

/** Resources that are answered from what the request says, and never stored. */

interface ReviewSpec {
  readonly user?: string;
  readonly groups?: readonly string[];
  readonly token?: string;
  readonly audiences?: readonly string[];
  readonly resourceAttributes?: { readonly verb?: string; readonly group?: string; readonly resource?: string; readonly subresource?: string; readonly namespace?: string; readonly name?: string };
  readonly nonResourceAttributes?: { readonly verb?: string; readonly path?: string };
}

/** The answered review, or undefined if this kind of review is not known here. Throws a Refusal for one that cannot be answered. */
export const answerReview = async (port: Port, { user, serving }: Exchange, sent: KubernetesObject, fieldManager: string): Promise<KubernetesObject | undefined> => {
  const spec = (sent.spec ?? {}) as ReviewSpec;
  const now = formatTime(port.now());
  const answered = (status: object, metadata?: object): KubernetesObject => {
    const managedFields = managersOf(sent, fieldManager, '', now);
    return Object.assign({}, sent, { metadata: Object.assign({}, sent.metadata, metadata, managedFields && { managedFields }), status });
  };
  switch (sent.kind) {
    case 'SelfSubjectReview':
      return answered({ userInfo: reviewedUser(user) }, { creationTimestamp: now });
    case 'SelfSubjectAccessReview':
      return answered(accessOf(user, spec));
    case 'SubjectAccessReview':
    case 'LocalSubjectAccessReview':
      return answered(accessOf({ name: spec.user ?? '', groups: spec.groups ?? [] }, spec));
    case 'SelfSubjectRulesReview': {
      const all = [{ verbs: ['*'], apiGroups: ['*'], resources: ['*'] }];
      return answered({ resourceRules: all, nonResourceRules: [{ verbs: ['*'], nonResourceURLs: ['*'] }], incomplete: false });
    }
    case 'TokenReview': {
      const { token = '', audiences } = spec;
      if (token === '') throw new Refusal(badRequest('token is required for TokenReview in authentication'));
      const reviewed = await reviewToken(port, token, audiences?.length ? audiences : API_AUDIENCES, serving.identities);
      if (reviewed.user !== undefined) return answered({ authenticated: true, user: reviewedUser(reviewed.user), audiences: reviewed.audiences });
      // The first is that of the server's own tokens, which are asked first (registry/authentication/tokenreview).
      return answered({ user: {}, error: reviewed.error === undefined ? INVALID : `[${INVALID}, ${reviewed.error}]` });
    }
    default:
      return undefined;
  }
};

/** Who manages what is answered and not stored: whoever sent it. */
export const managersOf = (sent: KubernetesObject, manager: string, subresource: string, now: string): readonly ManagedFieldsEntry[] | undefined => {
  const { apiVersion = '', kind = '' } = sent;
  const type = kindType(apiVersion, kind);
  return type && recordUpdate(undefined, compareObjects(type, undefined, sent, NOTHING_RESET), { manager, operation: 'Update', apiVersion, subresource }, now);
};

const INVALID = 'invalid bearer token';

/** As authentication/v1 names what is known of a user. */
const reviewedUser = ({ name, uid, groups, extra }: UserInfo): object => ({ username: name, ...(uid !== undefined && { uid }), groups, ...(extra && { extra }) });

const accessOf = (user: UserInfo, { resourceAttributes: resource, nonResourceAttributes: path }: ReviewSpec): { readonly allowed: boolean } => {
  const refused = resource
    ? authorize(user, {
        type: 'resource', verb: resource.verb ?? '', group: resource.group ?? '', resource: resource.resource ?? '', subresource: resource.subresource ?? '',
        namespace: resource.namespace ?? '', name: resource.name ?? '',
      })
    : authorize(user, { type: 'path', verb: path?.verb ?? '', path: path?.path ?? '' });
  return { allowed: refused === undefined };
};
