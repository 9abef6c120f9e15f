import type { Pod, PodSpec, PodStatus } from '../../api/generated/types.js';
import type { KubernetesObject } from '../../api/object.js';
import { podSpecFindings } from '../validation/pod-spec.js';
import { podStatusErrors, podUpdateErrors } from '../validation/pod-update.js';
import { podWarnings } from '../validation/pod-warnings.js';
import { internedSpec } from './interned-spec.js';
import { podSpecDefaults } from './pod-spec-defaults.js';
import { qualityOfService } from './quality-of-service.js';
import type { Strategy } from './strategy.js';

/** What a pod gets to end where its spec does not say (core/v1 DefaultTerminationGracePeriodSeconds). */
const GRACE_SECONDS = 30;

const routes = new Map<string, readonly string[]>();
const UNBOUND: readonly string[] = [];

/** One array per node, shared by the headers of its pods. */
const routeOf = (nodeName: string | undefined): readonly string[] => {
  if (nodeName === undefined || nodeName === '') return UNBOUND;
  let route = routes.get(nodeName);
  if (route === undefined) {
    route = [`spec.nodeName=${nodeName}`];
    routes.set(nodeName, route);
  }
  return route;
};

/** A pod with gates is not looked at by the scheduler, and says so from the start. */
const gatedStatus = (spec: PodSpec, now: string): PodStatus => {
  const gated = { type: 'PodScheduled', status: 'False', lastProbeTime: null, lastTransitionTime: now, reason: 'SchedulingGated', message: 'Scheduling is blocked due to non-empty scheduling gates' };
  return { phase: 'Pending', conditions: [gated], qosClass: qualityOfService(spec) } as unknown as PodStatus;
};

const statuses = new Map<string, PodStatus>();
/** The first status of ungated pods is one of three objects. */
const firstStatus = (spec: PodSpec, now: string): PodStatus => {
  if ((spec.schedulingGates ?? []).length > 0) return gatedStatus(spec, now);
  const qosClass = qualityOfService(spec);
  let status = statuses.get(qosClass);
  if (status === undefined) {
    status = { phase: 'Pending', qosClass };
    statuses.set(qosClass, status);
  }
  return status;
};

const text = (value: string | undefined): string => value ?? '';

/** podIP is the first of podIPs, and wins (conversion of core/v1). */
const withAddresses = (object: Pod): Pod => {
  const { podIP, podIPs } = object.status ?? {};
  if (podIP === undefined || podIP === '' || podIPs?.[0]?.ip === podIP) return object;
  return Object.assign({}, object, { status: Object.assign({}, object.status, { podIPs: [{ ip: podIP }] }) });
};

/** A negative grace period means one second. */
const withPositiveGrace = (spec: PodSpec): PodSpec => ((spec.terminationGracePeriodSeconds ?? 0) < 0 ? Object.assign({}, spec, { terminationGracePeriodSeconds: 1 }) : spec);

const NO_WARNINGS: readonly string[] = [];

const specFindings = podSpecFindings('spec');

export const pod: Strategy = {
  metadata: { judgedAnew: true },
  defaults: (object, old) => {
    const addressed = withAddresses(object as Pod);
    const { spec } = addressed;
    if (spec === undefined || spec === old?.spec) return addressed;
    const filled = podSpecDefaults(old === undefined ? internedSpec(spec) : spec);
    return filled === spec ? addressed : Object.assign({}, addressed, { spec: filled });
  },
  prepareForCreate: (object, now) => (Object.assign({}, object, { spec: withPositiveGrace(object.spec as PodSpec), status: firstStatus(object.spec as PodSpec, now) })),
  generation: 'spec',
  validate: (_, sent) => specFindings(sent.spec as PodSpec | undefined),
  validateUpdate: (object, old) => podUpdateErrors(object as Pod, old as Pod),
  warnings: (object, old, sent) => (old === undefined ? podWarnings(object as Pod, sent.spec as PodSpec) : NO_WARNINGS),
  routingKeys: (object) => routeOf((object.spec as PodSpec | undefined)?.nodeName),
  returnsDeleted: true,
  gracePeriod: (object, asked) => {
    const { spec, status } = object as Pod;
    // A pod without node has nobody to end it, and one that has ended needs no time.
    if (text(spec.nodeName) === '' || status?.phase === 'Succeeded' || status?.phase === 'Failed') return 0;
    const seconds = asked ?? spec.terminationGracePeriodSeconds ?? GRACE_SECONDS;
    return seconds < 0 ? 1 : seconds;
  },
  selectableFields: {
    'spec.nodeName': (object) => text((object as Pod).spec?.nodeName),
    'spec.restartPolicy': (object) => text((object as Pod).spec?.restartPolicy),
    'spec.schedulerName': (object) => text((object as Pod).spec?.schedulerName),
    'spec.serviceAccountName': (object) => text((object as Pod).spec?.serviceAccountName),
    'spec.hostNetwork': (object) => String((object as Pod).spec?.hostNetwork ?? false),
    'status.phase': (object) => text((object as Pod).status?.phase),
    'status.podIP': (object) => text((object as Pod).status?.podIP),
    'status.podIPs': (object) => text((object as Pod).status?.podIP),
    'status.nominatedNodeName': (object) => text((object as Pod).status?.nominatedNodeName),
  },
  status: {
    prepareForUpdate: (object, old) => withOwnersOf(keepQualityOfService(object as Pod, old as Pod), old),
    validateUpdate: (object, old) => podStatusErrors(object as Pod, old as Pod),
    reset: { top: ['spec'], metadata: ['deletionTimestamp', 'ownerReferences'] },
  },
};

const keepQualityOfService = (object: Pod, old: Pod): Pod => {
  if (object.status?.qosClass !== undefined || old.status?.qosClass === undefined) return object;
  return Object.assign({}, object, { status: Object.assign({}, object.status, { qosClass: old.status.qosClass }) });
};

/** Through the status nobody changes who owns a pod. */
const withOwnersOf = (object: KubernetesObject, old: KubernetesObject): KubernetesObject => {
  const { ownerReferences } = old.metadata;
  if (object.metadata.ownerReferences === ownerReferences) return object;
  const { ownerReferences: _, ...metadata } = object.metadata;
  return Object.assign({}, object, { metadata: ownerReferences === undefined ? metadata : Object.assign({}, metadata, { ownerReferences }) });
};
