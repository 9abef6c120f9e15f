import type { PodTemplateSpec } from '../../api/generated/types.js';

/** k8s.io/apimachinery/pkg/util/rand: no vowels, no 0, 1 and 3, so that no words come out. */
const SAFE = 'bcdfghjklmnpqrstvwxz2456789';

/** The name suffix of a Deployment's ReplicaSet: FNV-1a over the template (controller_utils.go: ComputeHash). */
export const podTemplateHash = (template: PodTemplateSpec, collisions: number): string => {
  let hash = 0x811c9dc5;
  const text = JSON.stringify(template) + (collisions > 0 ? String(collisions) : '');
  for (let i = 0; i < text.length; i++) hash = Math.imul(hash ^ text.charCodeAt(i), 0x01000193);
  let encoded = '';
  for (const digit of String(hash >>> 0)) encoded += SAFE[digit.charCodeAt(0) % SAFE.length] ?? '';
  return encoded;
};
