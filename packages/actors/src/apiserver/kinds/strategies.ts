import type { GroupResource, KubernetesObject } from '../../api/object.js';
import { configMap, secret, serviceAccount } from './configuration.js';
import { endpoints, endpointSlice } from './endpoints.js';
import { event } from './event.js';
import { job } from './job.js';
import { lease } from './lease.js';
import { namespace } from './namespace.js';
import { node } from './node.js';
import { persistentVolumeClaim } from './persistent-volume-claim.js';
import { persistentVolume } from './persistent-volume.js';
import { pod } from './pod.js';
import { service } from './service.js';
import { ipAddress, serviceCidr } from './service-network.js';
import { volumeAttachment } from './volume-attachment.js';
import { statefulSet } from './stateful-set.js';
import type { Strategy } from './strategy.js';
import { deployment, replicaSet, replicationController } from './workload.js';

/** Kinds whose generation counts changes of the spec, or of everything where there is none; nothing else of them is built. */
const counted: Strategy = { generation: 'spec' };
const countedWhole: Strategy = { generation: 'all' };

/** A text of the spec, for field selectors. */
const text = (field: string) => (object: KubernetesObject): string => String((object as { readonly spec?: Readonly<Record<string, unknown>> }).spec?.[field] ?? '');

/**
 * The kinds whose depth is built, and what little is known of others. A kind that is not named is stored with structural checks and
 * a status that clients do not decide; its defaults and validation are missing.
 */
export const strategies: Readonly<Record<GroupResource, Strategy>> = {
  pods: pod,
  'deployments.apps': deployment,
  'replicasets.apps': replicaSet,
  replicationcontrollers: replicationController,
  services: service,
  endpoints,
  'endpointslices.discovery.k8s.io': endpointSlice,
  nodes: node,
  namespaces: namespace,
  configmaps: configMap,
  secrets: secret,
  serviceaccounts: serviceAccount,
  events: event,
  'leases.coordination.k8s.io': lease,

  'daemonsets.apps': counted,
  'statefulsets.apps': statefulSet,
  'jobs.batch': job,
  'cronjobs.batch': counted,
  'ipaddresses.networking.k8s.io': ipAddress,
  'servicecidrs.networking.k8s.io': serviceCidr,
  'volumeattachments.storage.k8s.io': volumeAttachment,
  'poddisruptionbudgets.policy': { generation: 'spec', conditionalUpdate: true },
  'ingresses.networking.k8s.io': counted,
  'networkpolicies.networking.k8s.io': counted,
  'ingressclasses.networking.k8s.io': counted,
  'flowschemas.flowcontrol.apiserver.k8s.io': counted,
  'prioritylevelconfigurations.flowcontrol.apiserver.k8s.io': counted,
  'customresourcedefinitions.apiextensions.k8s.io': counted,
  'deviceclasses.resource.k8s.io': counted,
  'resourceslices.resource.k8s.io': { generation: 'spec', selectableFields: { 'spec.nodeName': text('nodeName'), 'spec.driver': text('driver') } },
  'certificatesigningrequests.certificates.k8s.io': { selectableFields: { 'spec.signerName': text('signerName') } },
  'validatingadmissionpolicies.admissionregistration.k8s.io': counted,
  'validatingadmissionpolicybindings.admissionregistration.k8s.io': counted,
  'mutatingadmissionpolicies.admissionregistration.k8s.io': counted,
  'mutatingadmissionpolicybindings.admissionregistration.k8s.io': counted,
  'mutatingwebhookconfigurations.admissionregistration.k8s.io': countedWhole,
  'validatingwebhookconfigurations.admissionregistration.k8s.io': countedWhole,
  'priorityclasses.scheduling.k8s.io': countedWhole,
  podtemplates: countedWhole,
  limitranges: { createOnUpdate: true },
  persistentvolumeclaims: persistentVolumeClaim,
  persistentvolumes: persistentVolume,
  resourcequotas: { returnsDeleted: true },
  'roles.rbac.authorization.k8s.io': { createOnUpdate: true },
  'rolebindings.rbac.authorization.k8s.io': { createOnUpdate: true },
  'clusterroles.rbac.authorization.k8s.io': { createOnUpdate: true },
  'clusterrolebindings.rbac.authorization.k8s.io': { createOnUpdate: true },
};
