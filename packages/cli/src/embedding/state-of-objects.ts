import type { ApiAnswer, Stored } from '@naumachia/actors';
import type { BuiltInKinds } from '@naumachia/actors/api';
import type { Port } from '@naumachia/core';
import { API_SERVER, listRequest, type Selection } from './live-objects.js';

const MOST_OBJECTS = 5;
const MOST_EVENTS = 10;

/** What there is of what was looked for, for an error: the status of each object, and the Events about it. */
export const stateOfObjects = async (port: Port, kind: string, { namespace }: Selection, objects: readonly Stored[]): Promise<string> => {
  const where = namespace === undefined || namespace === '' ? '' : ` in namespace ${namespace}`;
  if (objects.length === 0) return `there is no such ${kind}${where}`;
  const { stringify } = await import('yaml');
  const shown = await Promise.all(
    objects.slice(0, MOST_OBJECTS).map(async ({ header, value }) => {
      const status = value['status'] === undefined ? '  no status' : indented(stringify(value['status'], { lineWidth: 0 }));
      return `${kind} ${header.namespace === '' ? '' : `${header.namespace}/`}${header.name}:\n${status}\n${await eventsOf(port, header)}`;
    }),
  );
  return [...shown, ...(objects.length > MOST_OBJECTS ? [`and ${objects.length - MOST_OBJECTS} more`] : [])].join('\n');
};

const eventsOf = async (port: Port, { namespace, name, uid }: Stored['header']): Promise<string> => {
  // Events about what has no namespace are in the default one.
  const answer: ApiAnswer = await port.request(API_SERVER, listRequest('events', { namespace: namespace === '' ? 'default' : namespace, fieldSelector: `involvedObject.name=${name}` }));
  const events = (answer.type === 'list' ? answer.items.map(({ value }) => value as BuiltInKinds['Event']) : []).filter(({ involvedObject }) => involvedObject.uid === uid || involvedObject.uid === name);
  if (events.length === 0) return '  no Events';
  const lines = events.slice(-MOST_EVENTS).map(({ type, reason, message, count }) => `    ${type} ${reason}: ${message}${(count ?? 1) > 1 ? ` (${count} times)` : ''}`);
  return `  Events:\n${lines.join('\n')}`;
};

const indented = (text: string): string => text.trimEnd().replaceAll(/^/gm, '  ');
