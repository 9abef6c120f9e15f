import type { Instant } from '@naumachia/core';
import type { Container, Pod, PodCondition, Toleration } from '../api/generated/types.js';
import type { ObjectHeader, OwnerReference } from '../api/object.js';
import type { Stored } from '../api/requests.js';
import { instantOfTime } from '../api/time-format.js';
import { leanHeader, own } from './lean-header.js';
import { type OwnedObject, sameOwners } from './owned-object.js';

/** What the controllers read of a pod. A large cluster has so many pods that their whole values cannot stay decoded. */
export interface PodView extends OwnedObject {
  /** The owner that manages the pod, one of `owners`. */
  readonly controller: OwnerReference | undefined;
  readonly phase: string;
  readonly ready: boolean;
  /** Last transition of the Ready condition; 0 without one. */
  readonly readySince: Instant;
  /** Since when somebody other than its kubelet means to evict the pod (condition DisruptionTarget); 0: nobody does. */
  readonly disruptedSince: Instant;
  readonly created: Instant;
  readonly nodeName: string;
  readonly podIP: string;
  readonly podIPs: readonly string[];
  /** `hostname.subdomain` for headless services. */
  readonly hostname: string;
  readonly subdomain: string;
  /** The most that a container of the pod was restarted. */
  readonly restarts: number;
  /** Annotation controller.kubernetes.io/pod-deletion-cost. */
  readonly deletionCost: number;
  /** Of effect NoExecute, or of every effect. */
  readonly evictionTolerations: readonly Toleration[];
  /** Container ports that have a name, for services whose targetPort is one. */
  readonly namedPorts: readonly NamedPort[];
  /** `namespace/name` of the claims that its volumes name. */
  readonly claims: readonly string[];
  /** Its labels as the index of `caches.ts` knows them. */
  readonly labelTerms: readonly string[];
  readonly generation: number;
}

export interface NamedPort {
  readonly name: string;
  readonly port: number;
  readonly protocol: string;
}

const NONE: readonly never[] = [];

export const podView = (stored: Stored<Pod>, former: PodView | undefined): PodView => {
  const { metadata, spec, status } = stored.value;
  const owners = ownersOf(metadata.ownerReferences ?? NONE, former?.owners ?? NONE);
  const ready = status?.conditions?.find(isReadyCondition);
  const disruption = status?.conditions?.find(isDisruption);
  const podIP = status?.podIP ?? '';
  const header = leanHeader(stored.header, former?.header);
  return {
    header,
    owners,
    controller: owners.find(isController),
    phase: phaseNamed(status?.phase ?? ''),
    ready: ready?.status === 'True',
    readySince: ready?.lastTransitionTime === undefined ? (0 as Instant) : instantOfTime(ready.lastTransitionTime),
    disruptedSince: disruption?.lastTransitionTime === undefined ? (0 as Instant) : instantOfTime(disruption.lastTransitionTime),
    created: former?.created ?? instantOfTime(metadata.creationTimestamp ?? ''),
    terminating: metadata.deletionTimestamp !== undefined,
    nodeName: spec.nodeName ?? '',
    podIP,
    podIPs: podIP === '' ? NONE : former !== undefined && former.podIP === podIP ? former.podIPs : (status?.podIPs ?? []).map(({ ip }) => ip ?? ''),
    hostname: spec.hostname ?? '',
    subdomain: spec.subdomain ?? '',
    restarts: mostRestarts(stored.value),
    deletionCost: Number(metadata.annotations?.['controller.kubernetes.io/pod-deletion-cost'] ?? 0) || 0,
    // The spec changes only with the generation.
    evictionTolerations: former !== undefined && former.generation === metadata.generation ? former.evictionTolerations : tolerationsOf(spec.tolerations ?? NONE),
    namedPorts: former?.namedPorts ?? namedPortsOf(spec.containers),
    claims: former?.claims ?? claimsOf(stored.value),
    labelTerms: former !== undefined && former.header.labels === header.labels ? former.labelTerms : labelTerms(header),
    generation: metadata.generation ?? 0,
    finalizers: metadata.finalizers ?? NONE,
  };
};

export const isController = (owner: OwnerReference): boolean => owner.controller === true;

/** Neither finished nor being deleted (controller_utils.go: IsPodActive). */
export const isActive = (pod: PodView): boolean => !pod.terminating && !hasFinished(pod);

export const hasFinished = (pod: PodView): boolean => pod.phase === 'Succeeded' || pod.phase === 'Failed';

/** Ready for at least `minReadySeconds` (podutil.IsPodAvailable). */
export const isAvailable = (pod: PodView, minReadySeconds: number, now: Instant): boolean =>
  pod.ready && (minReadySeconds === 0 || (pod.readySince > 0 && pod.readySince + minReadySeconds * 1000 <= now));

/** By uid of the only owner: the pods of a ReplicaSet share one list. */
const knownOwners = new Map<string, readonly OwnerReference[]>();

/** The same list as long as it says the same: who looks for changes of owners need not read it. */
const ownersOf = (owners: readonly OwnerReference[], former: readonly OwnerReference[]): readonly OwnerReference[] => {
  if (owners.length === 0) return NONE;
  if (sameOwners(owners, former)) return former;
  const [owner] = owners as readonly [OwnerReference];
  if (owners.length > 1) return owners;
  const known = knownOwners.get(owner.uid);
  if (known !== undefined && sameOwners(owners, known)) return known;
  const { apiVersion, kind, name, uid, controller, blockOwnerDeletion } = owner;
  const copy = [{ apiVersion: own(apiVersion), kind: own(kind), name: own(name), uid: own(uid), ...(controller !== undefined && { controller }), ...(blockOwnerDeletion !== undefined && { blockOwnerDeletion }) }];
  if (knownOwners.size < 16_384) knownOwners.set(own(uid), copy);
  return copy;
};

/** Of those that the kubelet sets the pod ends sooner or later. */
const isDisruption = ({ type, status, reason }: PodCondition): boolean => type === 'DisruptionTarget' && status === 'True' && reason !== 'TerminationByKubelet';

const isReadyCondition = (condition: { readonly type: string }): boolean => condition.type === 'Ready';

const knownTerms = new WeakMap<object, { readonly namespace: string; readonly terms: readonly string[] }>();

/** Pods with the same labels share the terms as well. */
const labelTerms = ({ namespace, labels }: ObjectHeader): readonly string[] => {
  if (labels === undefined) return NONE;
  const known = knownTerms.get(labels);
  if (known?.namespace === namespace) return known.terms;
  const terms = Object.entries(labels).map(([key, value]) => `${namespace}/${key}=${value}`);
  knownTerms.set(labels, { namespace, terms });
  return terms;
};

const PHASES = ['', 'Pending', 'Running', 'Succeeded', 'Failed', 'Unknown'];

/** One string per phase, so that a view does not keep the text that it was decoded from. */
const phaseNamed = (phase: string): string => PHASES[PHASES.indexOf(phase)] ?? phase;

const mostRestarts = (pod: Pod): number => {
  let most = 0;
  for (const status of pod.status?.containerStatuses ?? NONE) if (status.restartCount > most) most = status.restartCount;
  return most;
};

const namedPortsOf = (containers: readonly Container[]): readonly NamedPort[] => {
  let ports: NamedPort[] | undefined;
  for (const container of containers) {
    for (const { name, containerPort, protocol } of container.ports ?? NONE) {
      if (name !== undefined && name !== '') (ports ??= []).push({ name, port: containerPort, protocol: protocol ?? 'TCP' });
    }
  }
  return ports === undefined ? NONE : sharedPorts(ports);
};

/** `namespace/name` of the claims that a pod's volumes name, those of ephemeral volumes too. */
export const claimsOf = ({ metadata, spec }: Pod): readonly string[] => {
  let claims: string[] | undefined;
  for (const { name, persistentVolumeClaim, ephemeral } of spec.volumes ?? NONE) {
    const claim = persistentVolumeClaim?.claimName ?? (ephemeral && `${metadata.name ?? ''}-${name}`);
    if (claim !== undefined) (claims ??= []).push(`${metadata.namespace ?? ''}/${claim}`);
  }
  return claims ?? NONE;
};

const knownPorts = new Map<string, readonly NamedPort[]>();

/** The pods of a workload name the same ports: kept once. */
const sharedPorts = (ports: readonly NamedPort[]): readonly NamedPort[] => {
  let text = '';
  for (const { name, port, protocol } of ports) text += `${name}|${port}|${protocol};`;
  const known = knownPorts.get(text);
  if (known !== undefined) return known;
  if (knownPorts.size < 1024) knownPorts.set(text, ports);
  return ports;
};

/** Nearly all pods have the two tolerations that admission adds: kept once. */
const knownTolerations = new Map<string, readonly Toleration[]>();

const tolerationsOf = (all: readonly Toleration[]): readonly Toleration[] => {
  const evicting = all.filter(({ effect }) => effect === undefined || effect === '' || effect === 'NoExecute');
  if (evicting.length === 0) return NONE;
  let text = '';
  for (const { key, operator, value, effect, tolerationSeconds } of evicting) text += `${key}|${operator}|${value}|${effect}|${tolerationSeconds};`;
  const known = knownTolerations.get(text);
  if (known !== undefined) return known;
  if (knownTolerations.size < 1024) knownTolerations.set(text, evicting);
  return evicting;
};
