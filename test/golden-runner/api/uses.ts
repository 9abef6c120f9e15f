import type { Conversation, Step } from './conversation.js';
import { isRecord, type Json } from './json.js';

/**
 * What a conversation takes: `resource jobs.batch` and `subresource pods/eviction` of its paths, `kind Role` of its bodies, `rights of
 * others`, `admission PodSecurity`. Read off its requests alone.
 */
export const usesOfConversation = (conversation: Conversation): ReadonlySet<string> => {
  const uses = new Set<string>();
  for (const step of conversation.steps) addUsesOfStep(uses, step);
  // Without a pod that it concerns, a level of pod security is a label like any other.
  if (!uses.has('resource pods')) uses.delete('admission PodSecurity');
  return uses;
};

const addUsesOfStep = (uses: Set<string>, step: Step): void => {
  for (const use of usesOfPath(step.path ?? '')) uses.add(use);
  if (asksForAnother(step) && usesOfPath(step.path ?? '').some((use) => use !== 'resource selfsubjectreviews.authentication.k8s.io')) uses.add('rights of others');
  const sent = JSON.stringify([step.body, step.bodyText, step.edit]);
  for (const [word, feature] of WORDS) if (sent.includes(word)) uses.add(feature);
  for (const kind of kindsOf(step.body ?? null)) uses.add(`kind ${kind}`);
  for (const [, kind] of (step.bodyText ?? '').matchAll(/(?:^|[\s{,])"?kind"?: *"?([A-Z]\w*)/gm)) uses.add(`kind ${kind}`);
};

/** On behalf of somebody whom the conversation has made: what he may do is for roles to say. Who he is, everybody may ask. */
const asksForAnother = ({ headers = {} }: Step): boolean =>
  headers['authorization'] !== null && Object.entries(headers).some(([header, value]) => /^impersonate-/i.test(header) || value?.startsWith('Bearer ${') === true);

/** What asks for an admission plugin, wherever it stands in an object. */
const WORDS: readonly (readonly [word: string, feature: string])[] = [
  ['pod-security.kubernetes.io/', 'admission PodSecurity'],
  ['kubernetes.io/config.mirror', 'mirror pods'],
];

const usesOfPath = (path: string): string[] => {
  const [, groupVersion, rest] = /^\/(api\/v1|apis\/[^/?]+\/[^/?]+)\/([^?]*)/.exec(path) ?? [];
  if (groupVersion === undefined || rest === undefined) return [];
  const group = groupVersion === 'api/v1' ? '' : `.${groupVersion.split('/')[1]}`;
  const parts = rest.split('/').filter(Boolean);
  if (parts[0] === 'watch') parts.shift();
  if (parts[0] === 'namespaces' && parts.length > 2 && !['status', 'finalize'].includes(parts[2] ?? '')) parts.splice(0, 2);
  const [resource = '', , subresource] = parts;
  if (resource === '') return [];
  return [`resource ${resource}${group}`, ...(subresource === undefined ? [] : [`subresource ${resource}${group}/${subresource}`])];
};

/** The kind of a body, and of the items of a list. */
const kindsOf = (body: Json): string[] => {
  if (!isRecord(body)) return [];
  const own = typeof body.kind === 'string' && body.kind !== '' ? [body.kind] : [];
  return Array.isArray(body.items) ? [...own, ...(body.items as readonly Json[]).flatMap(kindsOf)] : own;
};
