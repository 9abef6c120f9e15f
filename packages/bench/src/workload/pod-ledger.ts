import type { FeedEntry } from '@naumachia/core';
import type { ObjectHeader } from '@naumachia/actors';

/** Pods of one namespace with the same labels. Plain data: it travels to who asks. */
export interface PodGroup {
  readonly namespace: string;
  readonly labels: Readonly<Record<string, string>>;
  /** Without a node and without a PodScheduled condition. */
  unattempted: number;
  /** Without a node, and the scheduler (or a gate) has said so. */
  attempted: number;
  /** Bound to a node. */
  scheduled: number;
  /** Bound at any time; pods that are gone since included. */
  everScheduled: number;
}

type Stage = 'unattempted' | 'attempted' | 'scheduled';

interface Seen {
  readonly group: PodGroup;
  stage: Stage;
}

/** What has become of every pod, told from the feed of the API server as an informer would tell it. */
export interface PodLedger {
  readonly groups: Map<string, PodGroup>;
  readonly pods: Map<string, Seen>;
}

export const newPodLedger = (): PodLedger => ({ groups: new Map(), pods: new Map() });

const BOUND_KEY = 'spec.nodeName=';

export const enterPods = (ledger: PodLedger, entries: readonly FeedEntry[]): void => {
  for (const entry of entries) {
    const header = entry.value.header as ObjectHeader;
    const before = ledger.pods.get(header.uid);
    if (header.change === 'deleted') {
      if (before) before.group[before.stage]--;
      ledger.pods.delete(header.uid);
      continue;
    }
    // Nothing undoes a binding.
    if (before?.stage === 'scheduled' && sameLabels(before.group.labels, header.labels)) continue;
    const stage = header.keys.some((key) => key.startsWith(BOUND_KEY)) ? 'scheduled' : isAttempted(entry.value.value) ? 'attempted' : 'unattempted';
    const group = groupOf(ledger, header);
    if (before) before.group[before.stage]--;
    group[stage]++;
    if (stage === 'scheduled' && before?.stage !== 'scheduled') group.everScheduled++;
    if (before && before.group === group) before.stage = stage;
    else ledger.pods.set(header.uid, { group, stage });
  }
};

const NO_LABELS: Readonly<Record<string, string>> = {};

const groupOf = (ledger: PodLedger, { namespace, labels = NO_LABELS }: ObjectHeader): PodGroup => {
  let key = namespace;
  for (const name in labels) key += `\n${name}=${labels[name]}`;
  let group = ledger.groups.get(key);
  if (!group) ledger.groups.set(key, (group = { namespace, labels, unattempted: 0, attempted: 0, scheduled: 0, everScheduled: 0 }));
  return group;
};

const sameLabels = (a: Readonly<Record<string, string>>, b: Readonly<Record<string, string>> = NO_LABELS): boolean => {
  if (a === b) return true;
  for (const name in a) if (a[name] !== b[name]) return false;
  for (const name in b) if (!(name in a)) return false;
  return true;
};

const isAttempted = (pod: unknown): boolean => (pod as { readonly status?: { readonly conditions?: readonly { readonly type: string }[] } }).status?.conditions?.some(({ type }) => type === 'PodScheduled') ?? false;

/** Sums over the groups of these namespaces (none: all) that have these labels. */
export const countPods = (groups: readonly PodGroup[], namespaces: readonly string[], labels: Readonly<Record<string, string>>): Omit<PodGroup, 'namespace' | 'labels'> => {
  const sum = { unattempted: 0, attempted: 0, scheduled: 0, everScheduled: 0 };
  for (const group of groups) {
    if (namespaces.length > 0 && !namespaces.includes(group.namespace)) continue;
    if (Object.entries(labels).some(([name, value]) => group.labels[name] !== value)) continue;
    sum.unattempted += group.unattempted;
    sum.attempted += group.attempted;
    sum.scheduled += group.scheduled;
    sum.everScheduled += group.everScheduled;
  }
  return sum;
};
