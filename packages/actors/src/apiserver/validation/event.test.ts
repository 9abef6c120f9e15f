import { expect, it } from 'vitest';
import type { CoreV1Event } from '../../api/generated/types.js';
import { eventErrors, eventUpdateErrors } from './event.js';

const NEW_API = 'events.k8s.io/v1';
const event: CoreV1Event = {
  apiVersion: 'v1', kind: 'Event', metadata: { name: 'a', namespace: 'default' }, involvedObject: { namespace: 'default' }, eventTime: '2026-01-01T00:00:00.000000Z',
  type: 'Normal', reason: 'R', action: 'A', reportingComponent: 'c', reportingInstance: 'i', series: { count: 2, lastObservedTime: '2026-01-01T00:00:01.000000Z' },
};
const fields = (errors: readonly { readonly field: string }[]): string[] => errors.map(({ field }) => field);

it('through the newer API only the series of an Event may change', () => {
  expect(eventErrors(event, NEW_API)).toEqual([]);
  const later = { ...event, series: { count: 3, lastObservedTime: '2026-01-01T00:00:02.000000Z' } };
  expect(eventUpdateErrors(later, event, NEW_API)).toEqual([]);
  expect(fields(eventUpdateErrors({ ...later, series: { count: 1 }, reason: 'S', reportingInstance: 'j' }, event, NEW_API))).toEqual(['series.count', 'series.lastObservedTime', 'reason', 'reason', 'reportingInstance']);
});

it('through the older API an Event may change as it likes, but one with a time of its own has the newer rules', () => {
  expect(eventUpdateErrors({ ...event, reason: 'S', message: 'more' }, event)).toEqual([]);
  expect(fields(eventErrors({ ...event, action: '', reportingComponent: 'a b', message: 'ü'.repeat(513) }))).toEqual(['reportingComponent', 'action', 'message']);
  const { eventTime: _, ...older } = event;
  expect(fields(eventErrors({ ...older, action: '', reportingComponent: '' }))).toEqual([]);
});

it.each([
  ['default', '', false, []],
  ['kube-system', '', false, ['involvedObject.namespace']],
  ['kube-system', '', true, []],
  ['other', '', true, ['involvedObject.namespace']],
  ['other', 'default', false, ['involvedObject.namespace']],
  ['other', 'default', true, []],
])('an Event in %s about something in "%s", of the newer kind: %s', (namespace, involved, isNew, expected) => {
  const { eventTime, ...rest } = event;
  expect(fields(eventErrors({ ...rest, ...(isNew && { eventTime }), metadata: { name: 'a', namespace }, involvedObject: { namespace: involved } } as CoreV1Event))).toEqual(expected);
});
