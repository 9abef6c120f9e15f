import { defineActor, type Instant } from '@naumachia/core';
import type { ManagedFieldsEntry } from '../api/object.js';
import type { Stored } from '../api/requests.js';
import { API_SERVER } from '../machinery/requests.js';
import { changes } from './flat.js';
import type { Entry, Timeline } from './scenario.js';

/** A change that a watch saw. */
export interface SeenChange {
  readonly at: Instant;
  readonly stored: Stored;
}

export interface WatcherState {
  readonly seen: SeenChange[];
}

/** Watches the kinds that a timeline shows, as the recorder of the golden set does. */
export const watcher = defineActor<{ readonly resources: readonly string[]; readonly after: number }, WatcherState, never>({
  kind: 'watcher',
  start: (config, context) => {
    for (const resource of config.resources) context.subscribe(API_SERVER, resource, { after: config.after });
    return { seen: [] };
  },
  receive: {},
  signals: {
    feed: (state, batch, context) => {
      for (const entry of batch.entries) state.seen.push({ at: context.now, stored: entry.value as Stored });
    },
  },
});

type Value = { readonly apiVersion: string; readonly kind: string; readonly metadata: Record<string, unknown> & { readonly name?: string; readonly managedFields?: readonly ManagedFieldsEntry[] }; readonly [field: string]: unknown };

export interface TimelineOptions {
  readonly namespace: string;
  readonly start: Instant;
  /** Nodes keep their names, and their changes are shown. */
  readonly nodes: boolean;
  /** Text of the scenario: what stands in it is not replaced by placeholders. */
  readonly own: string;
  readonly actions: readonly { readonly at: Instant; readonly do: string }[];
}

/** What was seen, in the form of the golden set (its README; `normaliser` of the recorder). */
export const timelineOf = (before: readonly Stored[], seen: readonly SeenChange[], options: TimelineOptions): Timeline => {
  const normal = normaliser(options);
  const last = new Map<string, Value>(before.map((stored) => [keyOf(stored), stored.value as unknown as Value]));
  const entries: Entry[] = [];
  const pending = [...options.actions];
  const seconds = (at: Instant): number => Math.max(0, Math.round((at - options.start) / 1000));
  const asIs = <T>(value: T): T => JSON.parse(normal(JSON.stringify(value))) as T;
  for (const { at, stored } of [...seen].sort((a, b) => a.stored.header.revision - b.stored.header.revision)) {
    const value = stored.value as unknown as Value;
    const key = keyOf(stored);
    if (at < options.start) {
      if (stored.header.change === 'deleted') last.delete(key);
      else last.set(key, value);
      continue;
    }
    for (let next = pending[0]; next !== undefined && next.at <= at; next = pending[0]) {
      pending.shift();
      entries.push({ t: seconds(next.at), do: normal(next.do) });
    }
    const before = last.get(key);
    if (stored.header.change === 'deleted') last.delete(key);
    else last.set(key, value);
    if (!isMine(value, stored, options)) continue;
    const t = seconds(at);
    if (value.kind === 'Event') {
      if (stored.header.change !== 'deleted') entries.push({ t, event: asIs(eventOf(value)) });
      continue;
    }
    const name = normal(`${value.kind} ${value.metadata.name ?? ''}`);
    const by = changedManagers(before, value);
    if (stored.header.change === 'created') entries.push({ t, added: name, ...(by !== '' && { by }), object: asIs(pruned(value)) });
    else if (stored.header.change === 'deleted') entries.push({ t, deleted: name });
    else if (value.kind !== 'Lease') {
      const changed = changes(asIs(pruned(before ?? value)), asIs(pruned(value)));
      if (changed.set !== undefined || changed.unset !== undefined) entries.push({ t, modified: name, ...(by !== '' && { by }), ...changed });
    }
  }
  const final = [...last.values()]
    .filter((value) => !['Event', 'Lease'].includes(value.kind) && isMine(value, undefined, options) && (options.nodes || value.kind !== 'Node') && !isBoring(value))
    .map((value): Value => ({ ...asIs(pruned(value)), kind: value.kind }))
    .sort((a, b) => (`${a.kind}${String(a.metadata.name)}` < `${b.kind}${String(b.metadata.name)}` ? -1 : 1));
  return { timeline: entries, final };
};

const keyOf = ({ header, value }: Stored): string => `${value.kind}/${header.namespace}/${header.name}/${header.uid}`;

const isMine = (value: Value, _stored: Stored | undefined, { namespace, nodes }: TimelineOptions): boolean => {
  const own = value.metadata['namespace'];
  if (value.kind === 'Event' && own !== namespace) return nodes && (value as { involvedObject?: { kind?: string } }).involvedObject?.kind === 'Node';
  if (value.kind === 'Lease' && own === 'kube-node-lease') return nodes;
  if (own !== undefined) return own === namespace;
  if (value.kind === 'Node') return nodes;
  return value.kind === 'Namespace' && value.metadata.name === namespace;
};

const isBoring = ({ kind, metadata }: Value): boolean => (kind === 'ServiceAccount' && metadata.name === 'default') || (kind === 'ConfigMap' && metadata.name === 'kube-root-ca.crt') || kind === 'Namespace';

const eventOf = (value: Value): NonNullable<Entry['event']> => {
  const event = value as unknown as { involvedObject: { kind: string; name: string; fieldPath?: string }; type: string; reason: string; message: string; source?: { component?: string }; reportingComponent: string; count?: number; series?: { count?: number }; action?: string };
  const count = event.count ?? event.series?.count ?? 1;
  return {
    on: `${event.involvedObject.kind} ${event.involvedObject.name}`,
    type: event.type,
    reason: event.reason,
    message: event.message,
    ...(event.involvedObject.fieldPath !== undefined && { fieldPath: event.involvedObject.fieldPath }),
    from: event.source?.component ?? event.reportingComponent,
    ...(count > 1 && { count }),
    ...(event.action !== undefined && { action: event.action }),
  };
};

const changedManagers = (before: Value | undefined, after: Value): string => {
  const known = new Set((before?.metadata.managedFields ?? []).map((entry) => JSON.stringify(entry)));
  const fresh = (after.metadata.managedFields ?? []).filter((entry) => !known.has(JSON.stringify(entry)));
  return [...new Set(fresh.map(({ manager, subresource }) => `${manager ?? ''}${subresource === undefined ? '' : `/${subresource}`}`))].join(' ');
};

const pruned = (value: Value): Value => {
  const { managedFields: _m, uid: _u, creationTimestamp: _c, resourceVersion: _r, ...metadata } = value.metadata;
  const { apiVersion: _a, kind: _k, ...rest } = value;
  return { ...rest, metadata } as unknown as Value;
};

const SAFE = 'bcdfghjklmnpqrstvwxz2456789';

/** Replaces what chance and time decide by placeholders, numbered in the order of their appearance. */
const normaliser = ({ own, start, namespace, nodes }: TimelineOptions): ((text: string) => string) => {
  const ids = new Map<string, Map<string, number>>();
  const numbered = (kind: string, key: string): number => {
    const known = ids.get(kind) ?? new Map<string, number>();
    ids.set(kind, known);
    const number = known.get(key) ?? known.size + 1;
    known.set(key, number);
    return number;
  };
  const keep = (text: string): boolean => own.includes(text);
  const relative = (text: string): string => {
    const seconds = Math.round((Date.parse(text) - start) / 1000);
    return `<${seconds >= 0 ? '+' : ''}${seconds}s>`;
  };
  const hash = (h: string): string => `<h${numbered('hash', h)}>`;
  const rand = (r: string): string => `<r${numbered('rand', r)}>`;
  return (text) => {
    let s = text.replace(new RegExp(`kube-api-access-[${SAFE}]{5}`, 'g'), 'kube-api-access-<r>');
    s = s.replace(/-----BEGIN [A-Z ]+-----[\s\S]*?-----END [A-Z ]+-----\n?/g, '<pem>').replace(/eyJ[\w-]+\.[\w-]+\.[\w-]+/g, '<token>');
    s = s.replace(/"ca\.crt":"LS0[^"]*"/g, '"ca.crt":"<base64>"').replace(/"token":"[A-Za-z0-9+/=]{200,}"/g, '"token":"<base64>"');
    s = s.replace(/[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}/g, '<uid>');
    s = s.replace(/[a-z-]+:\/\/[0-9a-f]{64}/g, (m) => `<container${numbered('id', m)}>`).replace(/sha256:[0-9a-f]{64}/g, 'sha256:<digest>').replace(/\b[0-9a-f]{64}\b/g, (m) => `<container${numbered('id', m)}>`);
    s = s.replace(/\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d+)?(Z|[+-]\d\d:?\d\d)/g, (m) => (keep(m) ? m : relative(m)));
    s = s.replace(new RegExp(`-([${SAFE}]{6,10})-([${SAFE}]{5})(?![a-z0-9])`, 'g'), (m, h: string, r: string) => (keep(m) ? m : `-${hash(h)}-${rand(r)}`));
    s = s.replace(new RegExp(`-([${SAFE}]{7,10})(?![a-z0-9-])`, 'g'), (m, h: string) => (keep(m) ? m : `-${hash(h)}`));
    s = s.replace(new RegExp(`-([${SAFE}]{5})(?![a-z0-9-])`, 'g'), (m, r: string) => (keep(m) ? m : `-${rand(r)}`));
    s = s.replace(/((?:pod-template-hash|controller-revision-hash|controller\.kubernetes\.io\/hash)"?[:=] ?"?(?:[a-z0-9-]*-)?)([a-z0-9]{5,10})(?=["\s,]|$)/g, (_m, a: string, h: string) => `${a}${hash(h)}`);
    s = s.replace(/(?<=[a-z])-2\d{7}(?!\d)/g, '-<minute>');
    s = s.replace(/(?<![\d.])(?!127\.|0\.0\.0\.0)\d{1,3}\.\d{1,3}\.\d{1,3}\.\d{1,3}(?![\d.])/g, (m) => (keep(m) ? m : `<ip${numbered('ip', m)}>`));
    s = s.replace(/("nodePort":)(3[0-2]\d{3})/g, (m, a: string, port: string) => (keep(port) ? m : `${a}"<nodePort>"`));
    s = s.replace(/in [\d.]+m?s \([\d.]+m?s including waiting\)\. Image size: \d+ bytes/g, 'in <t> (<t> including waiting). Image size: <n> bytes');
    if (!nodes) s = s.replace(/node-\d(?![\w-])/g, (m) => (keep(m) ? m : `<node${numbered('node', m)}>`));
    return s.replaceAll(namespace, '<ns>');
  };
};
