import type { Deployment } from '../../api/generated/types.js';
import type { ReplicaSetView } from '../workload-views.js';

/** Annotations that tie a ReplicaSet to its Deployment (deployment_util.go). */
export const REVISION = 'deployment.kubernetes.io/revision';
const REVISION_HISTORY = 'deployment.kubernetes.io/revision-history';
export const DESIRED_REPLICAS = 'deployment.kubernetes.io/desired-replicas';
export const MAX_REPLICAS = 'deployment.kubernetes.io/max-replicas';

/** Annotations of the Deployment that its ReplicaSets do not get. */
const NOT_COPIED: readonly string[] = ['kubectl.kubernetes.io/last-applied-configuration', REVISION, REVISION_HISTORY, DESIRED_REPLICAS, MAX_REPLICAS, 'deprecated.deployment.rollback.to'];

/** maxRevHistoryLengthInChars. */
const HISTORY_LENGTH = 2000;

type Annotations = Readonly<Record<string, string>>;

/** A number of 64 bits, as strconv.ParseInt reads it. */
const int64 = (text: string): bigint | undefined => {
  if (!/^[+-]?\d+$/.test(text)) return undefined;
  const number = BigInt(text);
  return BigInt.asIntN(64, number) === number ? number : undefined;
};

/** 0 for a set without a revision, or with one that is no number. */
export const revisionOf = (set: ReplicaSetView): bigint => int64(set.annotations[REVISION] ?? '') ?? 0n;

export const latestRevision = (sets: readonly ReplicaSetView[]): bigint => sets.map(revisionOf).reduce((latest, revision) => (revision > latest ? revision : latest), 0n);

/** SetNewReplicaSetAnnotations for a set that exists: the same object if nothing changes. */
export const annotationsOfNewSet = (deployment: Deployment, annotations: Annotations, revision: bigint): Annotations => {
  const copied = copyOf(deployment, annotations);
  const former = copied[REVISION];
  const number = former === undefined || former === '' ? 0n : int64(former);
  if (number === undefined || number >= revision) return copied;
  // A set that had a revision gets a new one: a rollback. The old one goes into the history.
  const history = former === undefined ? undefined : historyWith(copied[REVISION_HISTORY], former);
  return { ...copied, [REVISION]: String(revision), ...(history !== undefined && { [REVISION_HISTORY]: history }) };
};

/** All annotations of a set that is being made. */
export const annotationsOfCreatedSet = (deployment: Deployment, revision: bigint, desired: number, most: number): Annotations => (Object.assign({}, copyOf(deployment, {}), { [REVISION]: String(revision), [DESIRED_REPLICAS]: String(desired), [MAX_REPLICAS]: String(most) }));

/** SetReplicasAnnotations: the same object if nothing changes. */
export const withReplicas = (annotations: Annotations, desired: number, most: number): Annotations =>
  annotations[DESIRED_REPLICAS] === String(desired) && annotations[MAX_REPLICAS] === String(most) ? annotations : Object.assign({}, annotations, { [DESIRED_REPLICAS]: String(desired), [MAX_REPLICAS]: String(most) });

const copyOf = (deployment: Deployment, annotations: Annotations): Annotations => {
  let copied: Record<string, string> | undefined;
  for (const [key, value] of Object.entries(deployment.metadata.annotations ?? {})) {
    if (NOT_COPIED.includes(key) || annotations[key] === value) continue;
    copied ??= Object.assign({}, annotations);
    copied[key] = value;
  }
  return copied ?? annotations;
};

const historyWith = (history: string | undefined, revision: string): string => {
  if (history === undefined || history === '') return revision;
  const revisions = history.split(',');
  while (revisions.length > 0 && revisions.join(',').length + revision.length + 1 > HISTORY_LENGTH) revisions.shift();
  return [...revisions, revision].join(',');
};
