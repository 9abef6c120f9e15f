import type { Service, ServicePort } from '../../api/generated/types.js';
import type { Labels } from '../../api/label-selector.js';
import { indexed } from '../../machinery/informer.js';
import { labelTerm, PODS, SERVICES } from '../caches.js';
import type { ControllerManager } from '../controller.js';
import { sameLabels } from '../lean-header.js';
import { hasFinished, type PodView } from '../pod-view.js';

/** The pods that a service selects, found by the rarest label of its selector. */
export const podsOf = (manager: ControllerManager, namespace: string, selector: Labels): readonly PodView[] => {
  let fewest: ReadonlyMap<string, PodView> | undefined;
  let terms = 0;
  for (const key in selector) {
    terms++;
    const found = indexed(manager.informers, PODS, 'label', labelTerm(namespace, key, selector[key] ?? ''));
    if (fewest === undefined || found.size < fewest.size) fewest = found;
  }
  if (fewest !== undefined && terms === 1) return [...fewest.values()];
  const pods: PodView[] = [];
  for (const pod of fewest?.values() ?? []) if (isSelected(pod, selector)) pods.push(pod);
  return pods;
};

interface Selecting {
  readonly namespace: string;
  /** What the cache of services had seen. */
  readonly revision: number;
  readonly keys: readonly string[];
}

/** By the labels, which pods of one template share: thousands of them ask one after the other, while no service changes. */
const selecting = new WeakMap<ControllerManager, WeakMap<object, Selecting>>();

/** The keys of the services that select a pod. */
const servicesOf = (manager: ControllerManager, pod: PodView): readonly string[] => {
  const { labels, namespace } = pod.header;
  if (labels === undefined) return NONE;
  const revision = manager.informers.byName.get(SERVICES.name)?.revision ?? 0;
  let byLabels = selecting.get(manager);
  if (byLabels === undefined) selecting.set(manager, (byLabels = new WeakMap()));
  const known = byLabels.get(labels);
  if (known !== undefined && known.revision === revision && known.namespace === namespace) return known.keys;
  const keys: string[] = [];
  for (const term of pod.labelTerms) {
    for (const { header, value } of indexed(manager.informers, SERVICES, 'selector', term).values()) {
      if (isSelected(pod, value.spec?.selector ?? {})) keys.push(`${header.namespace}/${header.name}`);
    }
  }
  byLabels.set(labels, { namespace, revision, keys });
  return keys;
};

/** A service with a selector, of a type that has endpoints, is one that the controllers fill. */
export const hasSelector = (service: Service): boolean => service.spec?.selector !== undefined && service.spec.type !== 'ExternalName' && Object.keys(service.spec.selector).length > 0;

/** The keys of the services whose endpoints a change of a pod may change (endpointslice/util: GetServicesToUpdateOnPodChange). */
export const affectedServices = (manager: ControllerManager, former: PodView | undefined, current: PodView | undefined): readonly string[] => {
  // Two controllers ask about each change, one after the other.
  if (asked.former === former && asked.current === current && asked.manager === manager) return asked.keys;
  asked = { manager, former, current, keys: findAffected(manager, former, current) };
  return asked.keys;
};

interface Asked {
  readonly manager: ControllerManager | undefined;
  readonly former: PodView | undefined;
  readonly current: PodView | undefined;
  readonly keys: readonly string[];
}

const NONE: readonly string[] = [];
let asked: Asked = { manager: undefined, former: undefined, current: undefined, keys: NONE };

const findAffected = (manager: ControllerManager, former: PodView | undefined, current: PodView | undefined): readonly string[] => {
  // Before it has an address a pod has no endpoint.
  if ((former === undefined || former.podIP === '') && (current === undefined || current.podIP === '')) return NONE;
  const relabelled = former !== undefined && current !== undefined && !sameLabels(former.header.labels, current.header.labels);
  if (former !== undefined && current !== undefined && !relabelled && !endpointDiffers(former, current)) return NONE;
  if (current === undefined) return former === undefined ? NONE : servicesOf(manager, former);
  return former !== undefined && relabelled ? [...servicesOf(manager, current), ...servicesOf(manager, former)] : servicesOf(manager, current);
};

/** podEndpointsChanged: a node is chosen before a pod has an address, and any change of a pod that is being deleted counts. */
const endpointDiffers = (former: PodView, current: PodView): boolean =>
  former.ready !== current.ready || former.podIP !== current.podIP || former.terminating || current.terminating;

/** Whether a pod has an endpoint at all: it has an address and may still serve. */
export const mayServe = (pod: PodView, includeTerminating: boolean): boolean => pod.podIP !== '' && !hasFinished(pod) && (includeTerminating || !pod.terminating);

/** The port of a pod that a service's port leads to; undefined if the pod has no port of that name. */
export const targetPortOf = (pod: PodView, { targetPort, port, protocol }: ServicePort): number | undefined => {
  if (targetPort === undefined || targetPort === 0 || targetPort === '') return port;
  if (typeof targetPort === 'number') return targetPort;
  return pod.namedPorts.find((named) => named.name === targetPort && named.protocol === (protocol ?? 'TCP'))?.port;
};

const isSelected = (pod: PodView, selector: Labels): boolean => {
  const { labels } = pod.header;
  for (const key in selector) if (labels?.[key] !== selector[key]) return false;
  return true;
};
