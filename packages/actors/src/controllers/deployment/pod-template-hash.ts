import type { PodTemplateSpec } from '../../api/generated/types.js';
import { podTemplateHash as hashOf } from '../../api/pod-template-hash.js';

/** The name suffix of a Deployment's ReplicaSet (controller_utils.go: ComputeHash). No collisions yet means no count in the hash. */
export const podTemplateHash = (template: PodTemplateSpec, collisions: number): string => hashOf(template, collisions > 0 ? collisions : undefined);
