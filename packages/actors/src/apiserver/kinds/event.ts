import type { CoreV1Event } from '../../api/generated/types.js';
import type { KubernetesObject } from '../../api/object.js';
import { eventErrors, eventUpdateErrors } from '../validation/event.js';
import { pathSegmentErrors } from '../validation/values.js';
import { zeroValue } from '../zero-value.js';
import { fill } from './fill.js';
import type { Strategy } from './strategy.js';
import { typeNamed } from './type-named.js';

/** `--event-ttl`. */
const HOUR = 3600;

const involved = (field: 'kind' | 'namespace' | 'name' | 'uid' | 'apiVersion' | 'resourceVersion' | 'fieldPath') => (object: KubernetesObject): string =>
  ((object as CoreV1Event).involvedObject as Readonly<Record<string, string | undefined>> | undefined)?.[field] ?? '';

/** Core and events.k8s.io Events are one kind in the store. They go after an hour, by a lease of etcd. */
export const event: Strategy = {
  metadata: { anyFinalizer: true, comparedOnce: true, last: true },
  // What Go's encoder writes of fields that were never set; components leave them out.
  defaults: (object) => fill(object as CoreV1Event, zeroEvent()) as CoreV1Event,
  validate: (object, _sent, apiVersion) => eventErrors(object as CoreV1Event, apiVersion),
  nameErrors: pathSegmentErrors,
  validateUpdate: (object, old, apiVersion) => eventUpdateErrors(object as CoreV1Event, old as CoreV1Event, apiVersion),
  createOnUpdate: true,
  timeToLive: HOUR,
  selectableFields: {
    'involvedObject.kind': involved('kind'),
    'involvedObject.namespace': involved('namespace'),
    'involvedObject.name': involved('name'),
    'involvedObject.uid': involved('uid'),
    'involvedObject.apiVersion': involved('apiVersion'),
    'involvedObject.resourceVersion': involved('resourceVersion'),
    'involvedObject.fieldPath': involved('fieldPath'),
    reason: (object) => (object as CoreV1Event).reason ?? '',
    reportingComponent: (object) => (object as CoreV1Event).reportingComponent ?? '',
    source: (object) => (object as CoreV1Event).source?.component ?? (object as CoreV1Event).reportingComponent ?? '',
    type: (object) => (object as CoreV1Event).type ?? '',
  },
};

let zero: Partial<CoreV1Event> | undefined;
const zeroEvent = (): Partial<CoreV1Event> => {
  if (zero === undefined) {
    const { metadata: _, ...rest } = zeroValue(typeNamed('core.v1.Event')) as Record<string, unknown>;
    zero = rest as Partial<CoreV1Event>;
  }
  return zero;
};
