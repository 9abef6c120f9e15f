import type { Pod } from '../../../api/generated/types.js';
import { type AnyPlugin, definePlugin } from '../../framework/plugin.js';

export const asksForPodAffinity = ({ spec: { affinity } }: Pod): boolean => {
  for (const side of [affinity?.podAffinity, affinity?.podAntiAffinity]) {
    if (side?.requiredDuringSchedulingIgnoredDuringExecution?.length || side?.preferredDuringSchedulingIgnoredDuringExecution?.length) return true;
  }
  return false;
};

export const asksForSpreading = ({ spec }: Pod): boolean => (spec.topologySpreadConstraints?.length ?? 0) > 0;

export const asksForClaims = ({ spec }: Pod): boolean => spec.volumes?.some(({ persistentVolumeClaim, ephemeral }) => persistentVolumeClaim ?? ephemeral) ?? false;

/** Volumes that one node at a time may use. */
export const asksForExclusiveDisks = ({ spec }: Pod): boolean =>
  spec.volumes?.some(({ gcePersistentDisk, awsElasticBlockStore, rbd, iscsi }) => gcePersistentDisk ?? awsElasticBlockStore ?? rbd ?? iscsi) ?? false;

export const asksForDevices = ({ spec }: Pod): boolean => (spec.resourceClaims?.length ?? 0) > 0;

const never = (): boolean => false;

/** The plugins of kube-scheduler that are not built yet, and which pods give them something to do. Whoever builds one takes it out. */
export const NOT_BUILT = {
  VolumeRestrictions: asksForExclusiveDisks,
  NodeVolumeLimits: never,
  VolumeBinding: asksForClaims,
  VolumeZone: never,
  PodTopologySpread: asksForSpreading,
  InterPodAffinity: asksForPodAffinity,
  DynamicResources: asksForDevices,
  NodeDeclaredFeatures: never,
} as const satisfies Readonly<Record<string, (pod: Pod) => boolean>>;

/** Which of them a pod gives something to do. */
export const pluginsNotBuiltFor = (pod: Pod): readonly string[] => Object.entries(NOT_BUILT).filter(([, asks]) => asks(pod)).map(([name]) => name);

/**
 * Stands in the list for a plugin of kube-scheduler that is not built yet. A pod that gives the plugin nothing to do passes, as
 * it would; one that asks for it stays pending, and its event names the plugin.
 */
export const notBuilt = (name: keyof typeof NOT_BUILT, points: { readonly scores: boolean } = { scores: false }): AnyPlugin => {
  const asks = NOT_BUILT[name];
  const rejection = { plugin: name, code: 'UnschedulableAndUnresolvable' as const, reasons: [`the scheduler plugin ${name}, which the pod asks for, is not supported yet`] };
  const preFilter = { name, preFilter: ({ pod }: { readonly pod: Pod }) => (asks(pod) ? { type: 'rejected' as const, rejection } : { type: 'skip' as const }) };
  return definePlugin(points.scores ? Object.assign({}, preFilter, { preScore: () => ({ type: 'skip' }) }) : preFilter);
};
