import type { Deployment, DeploymentSpec, PodTemplateSpec, ReplicaSet, ReplicaSetSpec, ReplicationController, ReplicationControllerSpec } from '../../api/generated/types.js';
import type { KubernetesObject } from '../../api/object.js';
import { deepEqual } from '../equality.js';
import { ownerWarnings, templateWarnings } from '../validation/pod-warnings.js';
import { deploymentErrors, deploymentStatusErrors, deploymentUpdateErrors, replicaSetErrors, replicaSetUpdateErrors, replicaStatusErrors, replicationControllerErrors } from '../validation/workload.js';
import { remembered } from '../remembered.js';
import { fill, within } from './fill.js';
import { internedSpec } from './interned-spec.js';
import { templateSpecDefaults } from './pod-spec-defaults.js';
import type { Strategy } from './strategy.js';

/** Deployment, ReplicaSet and ReplicationController: the kinds whose spec holds a pod template. */

const NO_WARNINGS: readonly string[] = [];

export const templateDefaults = remembered((template: PodTemplateSpec): PodTemplateSpec => within(template.metadata === undefined ? Object.assign({}, template, { metadata: {} }) : template, 'spec', (spec) => templateSpecDefaults(internedSpec(spec))));

const deploymentDefaults = (spec: DeploymentSpec): DeploymentSpec => {
  const filled = fill(spec, { replicas: 1, strategy: {}, revisionHistoryLimit: 10, progressDeadlineSeconds: 600 });
  return within(within(filled, 'template', templateDefaults), 'strategy', (strategy) => {
    const typed = fill(strategy, { type: 'RollingUpdate' });
    return typed.type === 'RollingUpdate' ? within(fill(typed, { rollingUpdate: {} }), 'rollingUpdate', (rolling) => fill(rolling, { maxUnavailable: '25%', maxSurge: '25%' })) : typed;
  });
};

const replicaSetDefaults = (spec: ReplicaSetSpec): ReplicaSetSpec => within(fill(spec, { replicas: 1 }), 'template', templateDefaults);

const specDefaults = <T>(change: (spec: T) => T) => (object: KubernetesObject, old?: KubernetesObject): KubernetesObject => {
  if (object.spec !== undefined && object.spec === old?.spec) return object;
  const spec = (object.spec ?? {}) as T;
  const filled = change(spec);
  return filled === object.spec ? object : Object.assign({}, object, { spec: filled });
};

const templateOwnerWarnings = (object: KubernetesObject, old: KubernetesObject | undefined): readonly string[] => {
  const spec = (object as Deployment).spec?.template?.spec;
  if (old === undefined) return ownerWarnings(object, spec);
  return object.spec === old.spec ? NO_WARNINGS : templateWarnings(spec);
};

const noReplicas = (object: KubernetesObject): KubernetesObject => (Object.assign({}, object, { status: { replicas: 0 } }));

export const deployment: Strategy = {
  defaults: specDefaults(deploymentDefaults),
  prepareForCreate: (object) => (Object.assign({}, object, { status: {} })),
  // A change of the annotations counts too: rollbacks used to be asked for by annotation.
  prepareForUpdate: (object, old) =>
    deepEqual(object.metadata.annotations, old.metadata.annotations) || !deepEqual(object.spec, old.spec) ? object : Object.assign({}, object, { metadata: Object.assign({}, object.metadata, { generation: (old.metadata.generation ?? 0) + 1 }) }),
  generation: 'spec',
  validate: (object) => deploymentErrors(object as Deployment),
  validateUpdate: (object, old) => deploymentUpdateErrors(object as Deployment, old as Deployment),
  warnings: templateOwnerWarnings,
  status: {
    prepareForUpdate: (object, old) => withLabelsOf(object, old),
    validateUpdate: (object, old) => deploymentStatusErrors(object as Deployment, old as Deployment),
    reset: { top: ['spec'], metadata: ['labels'] },
  },
};

const withLabelsOf = (object: KubernetesObject, old: KubernetesObject): KubernetesObject => {
  const { labels } = old.metadata;
  if (object.metadata.labels === labels) return object;
  const { labels: _, ...metadata } = object.metadata;
  return Object.assign({}, object, { metadata: labels === undefined ? metadata : Object.assign({}, metadata, { labels }) });
};

const statusReplicas = { 'status.replicas': (object: KubernetesObject): string => String(((object.status ?? {}) as { readonly replicas?: number }).replicas ?? 0) };

export const replicaSet: Strategy = {
  defaults: specDefaults(replicaSetDefaults),
  prepareForCreate: noReplicas,
  generation: 'spec',
  validate: (object) => replicaSetErrors(object as ReplicaSet),
  validateUpdate: (object, old) => replicaSetUpdateErrors(object as ReplicaSet, old as ReplicaSet),
  warnings: templateOwnerWarnings,
  status: { validateUpdate: (object) => replicaStatusErrors(object as ReplicaSet) },
};

/** Labels and selector of a ReplicationController are those of its template where it does not say. */
export const replicationController: Strategy = {
  defaults: (object) => {
    const filled = specDefaults<ReplicationControllerSpec>((spec) => within(fill(spec, { replicas: 1 }), 'template', templateDefaults))(object);
    const spec = filled.spec as ReplicationControllerSpec;
    const labels = spec.template?.metadata?.labels;
    if (labels === undefined) return filled;
    const selected = spec.selector === undefined || Object.keys(spec.selector).length === 0 ? Object.assign({}, filled, { spec: Object.assign({}, spec, { selector: labels }) }) : filled;
    return selected.metadata.labels === undefined || Object.keys(selected.metadata.labels).length === 0 ? Object.assign({}, selected, { metadata: Object.assign({}, selected.metadata, { labels }) }) : selected;
  },
  prepareForCreate: noReplicas,
  generation: 'spec',
  validate: (object) => replicationControllerErrors(object as ReplicationController),
  validateUpdate: (object, old) => (object.spec === old.spec ? [] : replicationControllerErrors(object as ReplicationController)),
  warnings: templateOwnerWarnings,
  status: { validateUpdate: (object) => replicaStatusErrors(object as ReplicationController) },
  selectableFields: statusReplicas,
  defaultPropagation: 'Orphan',
};
