import { type AnyActorDefinition, defineActor } from '@naumachia/core';
import type { KubernetesObject } from '../api/object.js';
import { eventRecorder, eventSink } from '../machinery/event-recorder.js';
import { allSynced, defineInformer, type InformerDefinition, informerGroup, noInformers } from '../machinery/informer.js';
import { candidate, leaderElection } from '../machinery/leader-election.js';
import { reconcilerGroup, type ReconcilerMessage } from '../machinery/reconciler.js';
import { type ApiClient, serviceAccountClient } from '../machinery/requests.js';
import * as caches from './caches.js';
import type { ControllerManager, ControllerManagerConfig, Handler, ManagedController, Watches } from './controller.js';
import { CONTROLLERS } from './controllers.js';
import { garbageCollector, objectChanged } from './garbage-collector/garbage-collector.js';
import { collectedResources, storedOwnership } from './garbage-collector/ownership.js';
import { emptyMemory } from './memory.js';
import type { OwnedObject } from './owned-object.js';

/** kube-controller-manager reads as itself; each controller writes as its own service account. */
const COMPONENT = 'kube-controller-manager';
const CLIENT: ApiClient = { user: { name: 'system:kube-controller-manager', groups: ['system:authenticated'] }, fieldManager: 'kube-controller-manager' };

/** Whether the option `--controllers` lets a controller run. */
const isEnabled = ({ controllers }: ControllerManagerConfig, name: string): boolean => {
  if (controllers === undefined || controllers.includes(name)) return true;
  return controllers.includes('*') && !controllers.includes(`-${name}`);
};

/** Tells each controller that listens to a cache. */
const informed = <V>(definition: InformerDefinition<ControllerManager, V>, watch: keyof Watches): InformerDefinition<ControllerManager, V> => {
  const listeners = CONTROLLERS.flatMap((controller) => {
    const handler = controller.watches[watch] as Handler<unknown> | undefined;
    return handler === undefined ? [] : [{ name: controller.name, handler }];
  });
  return {
    ...definition,
    changed: (manager, former, current, context) => {
      for (const { name, handler } of listeners) if (manager.reconcilers.has(name)) handler(manager, former, current, context);
      if (manager.reconcilers.has(garbageCollector.name)) objectChanged(manager, former, current);
    },
  };
};

/** The kinds that only the garbage collector reads. */
const others = (known: readonly InformerDefinition<ControllerManager>[]): readonly InformerDefinition<ControllerManager>[] =>
  collectedResources()
    .filter(({ groupResource }) => !known.some(({ resource }) => resource === groupResource))
    .map(({ groupResource }) =>
      defineInformer<ControllerManager, KubernetesObject, OwnedObject>({
        resource: groupResource,
        view: storedOwnership,
        changed: (manager, former, current) => {
          if (manager.reconcilers.has(garbageCollector.name)) objectChanged(manager, former, current);
        },
      }),
    );

const recorderOf = (manager: ControllerManager, component: string) => {
  const found = manager.recorders.get(component);
  if (found === undefined) throw new Error(`no recorder ${component}`);
  return found;
};

const componentOf = (controller: ManagedController): string => controller.component ?? controller.name;
const componentByName = new Map(CONTROLLERS.map((controller) => [controller.name, componentOf(controller)]));

const events = eventSink<ControllerManager>(recorderOf);

const holdLease = leaderElection<ControllerManager>((manager, event, context) => events.record(manager, recorderOf(manager, COMPONENT), event, context));

const reconcilers = reconcilerGroup<ControllerManager>(CONTROLLERS, {
  ready: (manager) => allSynced(manager.informers),
  record: (manager, controller, event, context) => events.record(manager, recorderOf(manager, componentByName.get(controller) ?? controller), event, context),
  workers: (manager, controller) => manager.config.concurrentSyncs ?? controller.workers,
});

const shared: readonly InformerDefinition<ControllerManager>[] = [
  informed(caches.PODS, 'pods'),
  informed(caches.REPLICA_SETS, 'replicaSets'),
  informed(caches.REPLICATION_CONTROLLERS, 'replicationControllers'),
  informed(caches.DEPLOYMENTS, 'deployments'),
  informed(caches.SERVICES, 'services'),
  informed(caches.ENDPOINT_SLICES, 'endpointSlices'),
  informed(caches.ENDPOINTS, 'endpoints'),
  informed(caches.NODES, 'nodes'),
  informed(caches.LEASES, 'leases'),
  informed(caches.NAMESPACES, 'namespaces'),
  informed(caches.SERVICE_ACCOUNTS, 'serviceAccounts'),
  informed(caches.CONFIG_MAPS, 'configMaps'),
  informed(caches.PERSISTENT_VOLUMES, 'persistentVolumes'),
  informed(caches.PERSISTENT_VOLUME_CLAIMS, 'persistentVolumeClaims'),
  informed(caches.VOLUME_ATTRIBUTES_CLASSES, 'volumeAttributesClasses'),
];

const informers = informerGroup<ControllerManager>(
  [...shared, ...others(shared)],
  () => CLIENT,
  (manager, context) => {
    for (const controller of CONTROLLERS) if (manager.reconcilers.has(controller.name)) controller.started?.(manager, context);
    reconcilers.drain(manager, context);
  },
  // What a list after a gap has queued is not left until something else happens.
  (manager, context) => reconcilers.drain(manager, context),
);

/** All controllers in one actor, with one set of caches, as kube-controller-manager runs them in one process. */
export const controllerManager: AnyActorDefinition = defineActor<ControllerManagerConfig, ControllerManager, ReconcilerMessage>({
  kind: 'controller-manager',
  start: (config, context) => {
    const enabled = CONTROLLERS.filter(({ name }) => isEnabled(config, name));
    const components = new Set(enabled.map(componentOf));
    const manager: ControllerManager = {
      config,
      informers: noInformers(),
      reconcilers: reconcilers.initial(enabled.map(({ name }) => name)),
      recorders: new Map([
        [COMPONENT, eventRecorder({ component: COMPONENT, host: '', client: CLIENT })],
        ...[...components].map((component) => [component, eventRecorder({ component, host: '', client: serviceAccountClient(component, COMPONENT) })] as const),
      ]),
      memory: emptyMemory(),
    };
    if (enabled.length > 0) informers.start(manager, context);
    if (config.leaderElect ?? true) context.run(holdLease, candidate(COMPONENT, CLIENT, context));
    return manager;
  },
  receive: { ...reconcilers.receive },
  signals: {
    feed: (manager, batch, context) => {
      informers.feed(manager, batch, context);
      reconcilers.drain(manager, context);
    },
    feedEnded: (manager, end, context) => {
      informers.feedEnded(manager, end, context);
    },
  },
  flows: [...informers.flows, ...reconcilers.flows, ...events.flows, holdLease],
});
