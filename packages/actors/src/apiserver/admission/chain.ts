import { defaultTolerationSeconds } from './default-toleration-seconds.js';
import { namespaceLifecycle } from './namespace-lifecycle.js';
import type { AdmissionPlugin } from './plugin.js';
import { priority } from './priority.js';
import { runtimeClass } from './runtime-class.js';
import { serviceAccount } from './service-account.js';
import { storageObjectInUseProtection } from './storage-object-in-use-protection.js';
import { taintNodesByCondition } from './taint-nodes-by-condition.js';

/**
 * The admission plugins in the order in which kube-apiserver 1.36 runs them (kubeapiserver/options/plugins.go). To add one: write it
 * in a file of its own and put it at its place in this list. Of the default plugins these are not built: LimitRanger, PodSecurity,
 * PersistentVolumeClaimResize, the certificate plugins, DefaultStorageClass, DefaultIngressClass, ResourceQuota and
 * webhooks.
 * ServiceAccount stands behind Priority and DefaultTolerationSeconds, not before them: what it adds is each pod's own, and what the
 * other two make of a spec is remembered for all pods of a template. None of the three looks at what another does.
 */
export const admissionChain: readonly AdmissionPlugin[] = [
  namespaceLifecycle,
  taintNodesByCondition,
  priority,
  defaultTolerationSeconds,
  serviceAccount,
  storageObjectInUseProtection,
  runtimeClass,
];
