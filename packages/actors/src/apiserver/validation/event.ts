import { type FieldError, invalid, required } from '../../api/field-error.js';
import type { CoreV1Event } from '../../api/generated/types.js';
import { dns1123SubdomainErrors, qualifiedNameErrors } from '../../api/names.js';
import { deepEqual } from '../equality.js';
import { objectMetaErrors } from './object-meta.js';
import { type Findings, named } from './values.js';

/** Bytes: ReportingInstanceLengthLimit, ActionLengthLimit, ReasonLengthLimit and NoteLengthLimit of pkg/apis/core/validation/events.go. */
const SHORT = 128;
const NOTE = 1024;
const NEW_API = 'events.k8s.io/v1';

/** ValidateEventCreate: what comes through the older API has the old rules alone. `apiVersion`: that of the request; absent: v1. */
export const eventErrors = (event: CoreV1Event, apiVersion?: string): readonly FieldError[] => {
  const out = legacyErrors(event, apiVersion);
  if (apiVersion !== NEW_API) return out;
  out.push(...objectMetaErrors(event.metadata, true, dns1123SubdomainErrors));
  seriesErrors(out, event);
  if (!isSet(event.eventTime)) out.push(required('eventTime'));
  if (event.type !== 'Normal' && event.type !== 'Warning') out.push(invalid('type', '', `has invalid value: ${event.type ?? ''}`));
  const unset = (field: string, is: boolean): void => {
    if (!is) out.push(invalid(field, '', 'needs to be unset'));
  };
  unset('firstTimestamp', !isSet(event.firstTimestamp));
  unset('lastTimestamp', !isSet(event.lastTimestamp));
  unset('count', (event.count ?? 0) === 0);
  unset('source', (event.source?.component ?? '') === '' && (event.source?.host ?? '') === '');
  return out;
};

/** In the order in which ValidateEventUpdate looks at them. */
const FIXED = ['involvedObject', 'reason', 'message', 'source', 'firstTimestamp', 'lastTimestamp', 'count', 'reason', 'type', 'eventTime', 'action', 'related'] as const;
const FIXED_REPORTER = [['reportingComponent', 'reportingController'], ['reportingInstance', 'reportingInstance']] as const;

/** ValidateEventUpdate: through the newer API only a series goes on. */
export const eventUpdateErrors = (event: CoreV1Event, old: CoreV1Event, apiVersion?: string): readonly FieldError[] => {
  const out = legacyErrors(event, apiVersion);
  if (apiVersion !== NEW_API) return out;
  if (!deepEqual(event.series, old.series)) seriesErrors(out, event);
  const fixed = (field: keyof CoreV1Event, path: string): void => {
    if (!deepEqual(event[field], old[field])) out.push(invalid(path, event[field], 'field is immutable'));
  };
  for (const field of FIXED) fixed(field, field);
  for (const [field, path] of FIXED_REPORTER) fixed(field, path);
  return out;
};

/** legacyValidateEvent. An Event with a time of its own is of the newer kind, through whichever API it came. */
const legacyErrors = (event: CoreV1Event, apiVersion: string | undefined): Findings => {
  const out: Findings = [];
  const namespace = event.metadata.namespace ?? '';
  const involved = event.involvedObject?.namespace ?? '';
  const isNew = isSet(event.eventTime);
  const isRight = involved === '' ? namespace === 'default' || (isNew && namespace === 'kube-system') : isNew || involved === namespace;
  if (!isRight) out.push(invalid('involvedObject.namespace', involved, 'does not match event.namespace'));
  if (isNew) {
    const reporter = apiVersion === NEW_API ? 'reportingController' : 'reportingComponent';
    const controller = event.reportingComponent ?? '';
    if (controller === '') out.push(required(reporter));
    named(out, reporter, controller, qualifiedNameErrors);
    text(out, 'reportingInstance', event.reportingInstance);
    text(out, 'action', event.action);
    text(out, 'reason', event.reason);
    if (isLonger(event.message ?? '', NOTE)) out.push(invalid('message', '', `can have at most ${NOTE} characters`));
  }
  return out;
};

const text = (out: Findings, field: string, value = ''): void => {
  if (value === '') out.push(required(field));
  if (isLonger(value, SHORT)) out.push(invalid(field, '', `can have at most ${SHORT} characters`));
};

const isLonger = (value: string, bytes: number): boolean => value.length > bytes || (value.length * 3 > bytes && new TextEncoder().encode(value).length > bytes);

const isSet = (time: string | null | undefined): boolean => time !== undefined && time !== null;

const seriesErrors = (out: Findings, { series }: CoreV1Event): void => {
  if (series === undefined || series === null) return;
  if ((series.count ?? 0) < 2) out.push(invalid('series.count', '', 'should be at least 2'));
  if (!isSet(series.lastObservedTime)) out.push(required('series.lastObservedTime'));
};
