import type { Instant } from '@naumachia/core';
import type { KubernetesObject } from '../../api/object.js';
import type { UserInfo } from '../../api/requests.js';
import { formatTime } from '../../api/time-format.js';
import { authorize } from './authorization.js';

/** Resources that are answered from what the request says, and never stored. */

interface ReviewSpec {
  readonly user?: string;
  readonly groups?: readonly string[];
  readonly resourceAttributes?: { readonly verb?: string; readonly group?: string; readonly resource?: string; readonly subresource?: string; readonly namespace?: string; readonly name?: string };
  readonly nonResourceAttributes?: { readonly verb?: string; readonly path?: string };
}

/** The answered review, or undefined if this kind of review is not known here. */
export const answerReview = (review: KubernetesObject, sender: UserInfo, now: Instant): KubernetesObject | undefined => {
  const spec = (review.spec ?? {}) as ReviewSpec;
  switch (review.kind) {
    case 'SelfSubjectReview':
      return Object.assign({}, review, { metadata: Object.assign({}, review.metadata, { creationTimestamp: formatTime(now) }), status: { userInfo: { username: sender.name, ...(sender.uid !== undefined && { uid: sender.uid }), groups: sender.groups } } });
    case 'SelfSubjectAccessReview':
      return Object.assign({}, review, { status: accessOf(sender, spec) });
    case 'SubjectAccessReview':
    case 'LocalSubjectAccessReview':
      return Object.assign({}, review, { status: accessOf({ name: spec.user ?? '', groups: spec.groups ?? [] }, spec) });
    case 'SelfSubjectRulesReview': {
      const all = [{ verbs: ['*'], apiGroups: ['*'], resources: ['*'] }];
      return Object.assign({}, review, { status: { resourceRules: all, nonResourceRules: [{ verbs: ['*'], nonResourceURLs: ['*'] }], incomplete: false } });
    }
    default:
      return undefined;
  }
};

const accessOf = (user: UserInfo, { resourceAttributes: resource, nonResourceAttributes: path }: ReviewSpec): { readonly allowed: boolean } => {
  const refused = resource
    ? authorize(user, {
        type: 'resource', verb: resource.verb ?? '', group: resource.group ?? '', resource: resource.resource ?? '', subresource: resource.subresource ?? '',
        namespace: resource.namespace ?? '', name: resource.name ?? '',
      })
    : authorize(user, { type: 'path', verb: path?.verb ?? '', path: path?.path ?? '' });
  return { allowed: refused === undefined };
};
