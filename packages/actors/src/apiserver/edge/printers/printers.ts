import type { GroupResource } from '../../../api/object.js';
import { mutatingAdmissionPolicyBindingPrinter, mutatingAdmissionPolicyPrinter, mutatingWebhookConfigurationPrinter, validatingAdmissionPolicyBindingPrinter, validatingAdmissionPolicyPrinter, validatingWebhookConfigurationPrinter } from './admission-registration.js';
import { apiServicePrinter } from './api-service.js';
import { certificateSigningRequestPrinter } from './certificate-signing-request.js';
import { configMapPrinter } from './config-map.js';
import { controllerRevisionPrinter } from './controller-revision.js';
import { cronJobPrinter } from './cron-job.js';
import { csiDriverPrinter, csiNodePrinter } from './csi.js';
import { daemonSetPrinter } from './daemon-set.js';
import { deploymentPrinter } from './deployment.js';
import { deviceClassPrinter, resourceClaimPrinter, resourceClaimTemplatePrinter, resourceSlicePrinter } from './dynamic-resources.js';
import { endpointSlicePrinter } from './endpoint-slice.js';
import { endpointsPrinter } from './endpoints.js';
import { eventPrinter, eventsEventPrinter } from './event.js';
import { flowSchemaPrinter, priorityLevelConfigurationPrinter } from './flow-control.js';
import { horizontalPodAutoscalerPrinter } from './horizontal-pod-autoscaler.js';
import { ingressPrinter } from './ingress.js';
import { ingressClassPrinter } from './ingress-class.js';
import { ipAddressPrinter } from './ip-address.js';
import { jobPrinter } from './job.js';
import { leasePrinter } from './lease.js';
import { namespacePrinter } from './namespace.js';
import { networkPolicyPrinter } from './network-policy.js';
import { nodePrinter } from './node.js';
import { persistentVolumePrinter } from './persistent-volume.js';
import { persistentVolumeClaimPrinter } from './persistent-volume-claim.js';
import { podPrinter } from './pod.js';
import { podDisruptionBudgetPrinter } from './pod-disruption-budget.js';
import { podTemplatePrinter } from './pod-template.js';
import type { Printer } from './printer.js';
import { priorityClassPrinter } from './priority-class.js';
import { replicaSetPrinter } from './replica-set.js';
import { replicationControllerPrinter } from './replication-controller.js';
import { resourceQuotaPrinter } from './resource-quota.js';
import { clusterRoleBindingPrinter, roleBindingPrinter } from './role-binding.js';
import { runtimeClassPrinter } from './runtime-class.js';
import { scalePrinter } from './scale.js';
import { secretPrinter } from './secret.js';
import { servicePrinter } from './service.js';
import { serviceAccountPrinter } from './service-account.js';
import { serviceCIDRPrinter } from './service-cidr.js';
import { statefulSetPrinter } from './stateful-set.js';
import { storageClassPrinter } from './storage-class.js';
import { volumeAttachmentPrinter, volumeAttributesClassPrinter } from './volume-attachment.js';

/** Every printer. A kind without one is shown by its name and the time of its creation. */
const PRINTERS: readonly Printer[] = [
  apiServicePrinter,
  certificateSigningRequestPrinter,
  clusterRoleBindingPrinter,
  configMapPrinter,
  controllerRevisionPrinter,
  cronJobPrinter,
  csiDriverPrinter,
  csiNodePrinter,
  daemonSetPrinter,
  deploymentPrinter,
  deviceClassPrinter,
  endpointSlicePrinter,
  endpointsPrinter,
  eventPrinter,
  eventsEventPrinter,
  flowSchemaPrinter,
  horizontalPodAutoscalerPrinter,
  ingressClassPrinter,
  ingressPrinter,
  ipAddressPrinter,
  jobPrinter,
  leasePrinter,
  mutatingAdmissionPolicyBindingPrinter,
  mutatingAdmissionPolicyPrinter,
  mutatingWebhookConfigurationPrinter,
  namespacePrinter,
  networkPolicyPrinter,
  nodePrinter,
  persistentVolumeClaimPrinter,
  persistentVolumePrinter,
  podDisruptionBudgetPrinter,
  podPrinter,
  podTemplatePrinter,
  priorityClassPrinter,
  priorityLevelConfigurationPrinter,
  replicaSetPrinter,
  replicationControllerPrinter,
  resourceClaimPrinter,
  resourceClaimTemplatePrinter,
  resourceQuotaPrinter,
  resourceSlicePrinter,
  roleBindingPrinter,
  runtimeClassPrinter,
  scalePrinter,
  secretPrinter,
  serviceAccountPrinter,
  serviceCIDRPrinter,
  servicePrinter,
  statefulSetPrinter,
  storageClassPrinter,
  validatingAdmissionPolicyBindingPrinter,
  validatingAdmissionPolicyPrinter,
  validatingWebhookConfigurationPrinter,
  volumeAttachmentPrinter,
  volumeAttributesClassPrinter,
];

const byResource = new Map<GroupResource, Printer>(PRINTERS.map((printer) => [printer.resource, printer]));

export const printerOf = (resource: GroupResource): Printer | undefined => byResource.get(resource);
