import type { Instant } from '@naumachia/core';
import type { NamespaceCondition } from '../../api/generated/types.js';
import { formatTime } from '../../api/time-format.js';

/** What is known of a namespace's content after a pass of deletion. */
export interface Remaining {
  /** `pods.`, `deployments.apps` -> how many are left. */
  readonly byResource: ReadonlyMap<string, number>;
  readonly byFinalizer: ReadonlyMap<string, number>;
  readonly errors: readonly string[];
}

export const nothingRemains = ({ byResource, errors }: Remaining): boolean => byResource.size === 0 && errors.length === 0;

/** The five conditions of a namespace that is being deleted (status_condition_utils.go); the same array if none changed. */
export const deletionConditions = (conditions: readonly NamespaceCondition[], { byResource, byFinalizer, errors }: Remaining, now: Instant): readonly NamespaceCondition[] => {
  const wanted: readonly Wanted[] = [
    ['NamespaceDeletionDiscoveryFailure', 'False', 'ResourcesDiscovered', 'All resources successfully discovered'],
    ['NamespaceDeletionGroupVersionParsingFailure', 'False', 'ParsedGroupVersions', 'All legacy kube types successfully parsed'],
    errors.length > 0
      ? ['NamespaceDeletionContentFailure', 'True', 'ContentDeletionFailed', `Failed to delete all resource types, ${errors.length} remaining: ${aggregate(errors)}`]
      : ['NamespaceDeletionContentFailure', 'False', 'ContentDeleted', 'All content successfully deleted, may be waiting on finalization'],
    byResource.size > 0
      ? ['NamespaceContentRemaining', 'True', 'SomeResourcesRemain', `Some resources are remaining: ${listed(byResource, (name, count) => `${name} has ${count} resource instances`)}`]
      : ['NamespaceContentRemaining', 'False', 'ContentRemoved', 'All content successfully removed'],
    byFinalizer.size > 0
      ? ['NamespaceFinalizersRemaining', 'True', 'SomeFinalizersRemain', `Some content in the namespace has finalizers remaining: ${listed(byFinalizer, (name, count) => `${name} in ${count} resource instances`)}`]
      : ['NamespaceFinalizersRemaining', 'False', 'ContentHasNoFinalizers', 'All content-preserving finalizers finished'],
  ];
  return wanted.reduce((current, condition) => withCondition(current, condition, now), conditions);
};

type Wanted = readonly [type: string, status: string, reason: string, message: string];

const withCondition = (conditions: readonly NamespaceCondition[], [type, status, reason, message]: Wanted, now: Instant): readonly NamespaceCondition[] => {
  const known = conditions.find((condition) => condition.type === type);
  if (known === undefined) return [...conditions, { type, status, lastTransitionTime: formatTime(now), reason, message }];
  if (known.status === status && known.reason === reason && known.message === message) return conditions;
  const lastTransitionTime = known.status === status && known.lastTransitionTime !== undefined ? known.lastTransitionTime : formatTime(now);
  return conditions.map((condition) => (condition === known ? { type, status, lastTransitionTime, reason, message } : condition));
};

const listed = (counts: ReadonlyMap<string, number>, text: (name: string, count: number) => string): string =>
  [...counts].map(([name, count]) => text(name, count)).sort().join(', ');

/** How Go's aggregate of errors reads. */
const aggregate = (errors: readonly string[]): string => (errors.length === 1 ? (errors[0] ?? '') : `[${[...new Set(errors)].sort().join(', ')}]`);
