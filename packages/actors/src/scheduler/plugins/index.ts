import type { EnabledPlugin } from '../framework/profile.js';
import { defaultPreemption } from './default-preemption/default-preemption.js';
import { imageLocality } from './image-locality/image-locality.js';
import { nodeAffinity } from './node-affinity/node-affinity.js';
import { nodeName } from './node-name/node-name.js';
import { nodePorts } from './node-ports/node-ports.js';
import { nodeResourcesBalancedAllocation } from './node-resources/balanced-allocation.js';
import { nodeResourcesFit } from './node-resources/fit.js';
import { nodeUnschedulable } from './node-unschedulable/node-unschedulable.js';
import { notBuilt } from './not-built/not-built.js';
import { prioritySort } from './priority-sort/priority-sort.js';
import { schedulingGates } from './scheduling-gates/scheduling-gates.js';
import { taintToleration } from './taint-toleration/taint-toleration.js';

/**
 * The default profile (apis/config/v1/default_plugins.go), in its order. To add a plugin: a folder beside this file, one line here.
 * What `DefaultBinder` does stands in `binding.ts`: it is the one plugin that waits for an answer.
 */
export const DEFAULT_PLUGINS: readonly EnabledPlugin[] = [
  { plugin: schedulingGates, weight: 0 },
  { plugin: prioritySort, weight: 0 },
  { plugin: nodeUnschedulable, weight: 0 },
  { plugin: nodeName, weight: 0 },
  { plugin: taintToleration, weight: 3 },
  { plugin: nodeAffinity, weight: 2 },
  { plugin: nodePorts, weight: 0 },
  { plugin: nodeResourcesFit, weight: 1 },
  { plugin: notBuilt('VolumeRestrictions'), weight: 0 },
  { plugin: notBuilt('NodeVolumeLimits'), weight: 0 },
  { plugin: notBuilt('VolumeBinding', { scores: true }), weight: 1 },
  { plugin: notBuilt('VolumeZone'), weight: 0 },
  { plugin: notBuilt('PodTopologySpread', { scores: true }), weight: 2 },
  { plugin: notBuilt('InterPodAffinity', { scores: true }), weight: 2 },
  { plugin: notBuilt('DynamicResources'), weight: 2 },
  { plugin: defaultPreemption, weight: 0 },
  { plugin: nodeResourcesBalancedAllocation, weight: 1 },
  { plugin: imageLocality, weight: 1 },
  { plugin: notBuilt('NodeDeclaredFeatures'), weight: 0 },
];
