import { type FieldError, forbidden, invalid, notSupported, required } from '../../api/field-error.js';
import type { Deployment, DeploymentStatus, LabelSelector, PodTemplateSpec, ReplicaSet, ReplicationController } from '../../api/generated/types.js';
import { isPercent } from '../../api/int-or-string.js';
import { matches, selectorOf } from '../../api/label-selector.js';
import { wasGivenEmpty } from '../../api/table-order.js';
import { deepEqual } from '../equality.js';
import { labelSelectorErrors } from './label-selector.js';
import { annotationErrors, labelErrors } from './object-meta.js';
import { podSpecFindings } from './pod-spec.js';
import { type Findings, notNegative } from './values.js';

/** Validation of Deployment, ReplicaSet and ReplicationController (pkg/apis/apps/validation, pkg/apis/core/validation). */

const EMPTY = {} as PodTemplateSpec;
const hollow = (selector: LabelSelector): boolean => Object.keys(selector.matchLabels ?? {}).length === 0 && (selector.matchExpressions ?? []).length === 0;

const PATH = 'spec.template';
const SPEC_PATH = `${PATH}.spec`;

const specFindings = podSpecFindings(SPEC_PATH);

const templateErrors = (out: Findings, template: PodTemplateSpec): void => {
  const { labels, annotations } = template.metadata ?? {};
  if (labels !== undefined) out.push(...labelErrors(labels, `${PATH}.labels`));
  if (annotations !== undefined) out.push(...annotationErrors(annotations, `${PATH}.annotations`));
  out.push(...specFindings(template.spec));
};

/** What a replica set makes must be what it selects, and must live as long as it is wanted. */
const replicatedTemplateErrors = (out: Findings, template: PodTemplateSpec, selects: boolean, selected: (labels: Readonly<Record<string, string>>) => boolean): void => {
  const labels = template.metadata?.labels;
  const shown = labels ?? (wasGivenEmpty(template.metadata, 'labels') ? {} : null);
  if (selects && !selected(labels ?? {})) out.push(invalid(`${PATH}.metadata.labels`, shown, '`selector` does not match template `labels`'));
  templateErrors(out, template);
  const restart = template.spec?.restartPolicy;
  if (restart !== undefined && restart !== 'Always') out.push(notSupported(`${SPEC_PATH}.restartPolicy`, restart, ['Always']));
  if (template.spec?.activeDeadlineSeconds !== undefined) out.push(forbidden(`${SPEC_PATH}.activeDeadlineSeconds`, 'activeDeadlineSeconds in ReplicaSet is not Supported'));
};

/** A selector that cannot be read selects nothing and hides what depends on it. */
const readable = (selector: LabelSelector | undefined): boolean => {
  const found: FieldError[] = [];
  labelSelectorErrors(found, '', selector);
  return found.length === 0;
};

const selectsBy = (selector: LabelSelector | undefined) => (labels: Readonly<Record<string, string>>): boolean => selector !== undefined && selector !== null && !hollow(selector) && matches(selectorOf(selector), labels);

const quantityOrPercent = (out: Findings, path: string, value: number | string | undefined): void => {
  if (typeof value === 'number') notNegative(out, path, value);
  else if (value !== undefined && !isPercent(value)) out.push(invalid(path, value, "a valid percent string must be a numeric string followed by an ending '%' (e.g. '1%',  or '93%', regex used for validation is '[0-9]+%')"));
};

const strategyErrors = (out: Findings, path: string, spec: Deployment['spec']): void => {
  const strategy = spec?.strategy ?? {};
  const rolling = strategy.rollingUpdate;
  switch (strategy.type) {
    case 'Recreate':
      if (rolling !== undefined) out.push(forbidden(`${path}.rollingUpdate`, "may not be specified when strategy `type` is 'Recreate'"));
      return;
    case 'RollingUpdate': {
      if (rolling === undefined) {
        out.push(required(`${path}.rollingUpdate`, 'this should be defaulted and never be nil'));
        return;
      }
      const { maxUnavailable, maxSurge } = rolling;
      quantityOrPercent(out, `${path}.rollingUpdate.maxUnavailable`, maxUnavailable);
      quantityOrPercent(out, `${path}.rollingUpdate.maxSurge`, maxSurge);
      const zero = (value: number | string | undefined): boolean => value === undefined || value === 0 || value === '0%';
      if (zero(maxUnavailable) && zero(maxSurge)) out.push(invalid(`${path}.rollingUpdate.maxUnavailable`, maxUnavailable ?? 0, 'may not be 0 when `maxSurge` is 0'));
      if (typeof maxUnavailable === 'string' && isPercent(maxUnavailable) && Number(maxUnavailable.slice(0, -1)) > 100) out.push(invalid(`${path}.rollingUpdate.maxUnavailable`, maxUnavailable, 'must not be greater than 100%'));
      return;
    }
    default:
      out.push(notSupported(path, { Type: strategy.type ?? '', RollingUpdate: rolling ?? null }, ['Recreate', 'RollingUpdate']));
  }
};

/** Shared by Deployment and ReplicaSet: a selector that selects something, and a template that it selects. */
const selectorErrors = (out: Findings, selector: LabelSelector | undefined): boolean => {
  if (selector === undefined || selector === null) {
    out.push(required('spec.selector'));
    return true;
  }
  labelSelectorErrors(out, 'spec.selector', selector);
  if (hollow(selector)) out.push(invalid('spec.selector', selector, 'empty selector is invalid for deployment'));
  if (readable(selector)) return !hollow(selector);
  out.push(invalid('spec.selector', selector, 'invalid label selector'));
  return false;
};

export const deploymentErrors = (deployment: Deployment): readonly FieldError[] => {
  const out: FieldError[] = [];
  const { spec } = deployment;
  notNegative(out, 'spec.replicas', spec?.replicas);
  const selector = spec?.selector as LabelSelector | undefined;
  const selects = selectorErrors(out, selector);
  if (readable(selector)) replicatedTemplateErrors(out, spec?.template ?? EMPTY, selects, selectsBy(selector));
  strategyErrors(out, 'spec.strategy', spec);
  notNegative(out, 'spec.minReadySeconds', spec?.minReadySeconds);
  notNegative(out, 'spec.revisionHistoryLimit', spec?.revisionHistoryLimit);
  const { progressDeadlineSeconds } = spec ?? {};
  if (progressDeadlineSeconds !== undefined) {
    notNegative(out, 'spec.progressDeadlineSeconds', progressDeadlineSeconds);
    if (progressDeadlineSeconds <= (spec?.minReadySeconds ?? 0)) out.push(invalid('spec.progressDeadlineSeconds', progressDeadlineSeconds, 'must be greater than minReadySeconds'));
  }
  return out;
};

const immutableSelector = (out: Findings, selector: unknown, old: unknown): void => {
  if (!deepEqual(selector, old)) out.push(invalid('spec.selector', selector ?? null, 'field is immutable'));
};

export const deploymentUpdateErrors = (deployment: Deployment, old: Deployment): readonly FieldError[] => {
  if (deployment.spec === old.spec) return [];
  const out = [...deploymentErrors(deployment)];
  immutableSelector(out, deployment.spec?.selector, old.spec?.selector);
  return out;
};

const STATUS_COUNTS = ['replicas', 'updatedReplicas', 'readyReplicas', 'availableReplicas', 'unavailableReplicas', 'terminatingReplicas'] as const;

export const deploymentStatusErrors = (deployment: Deployment, old: Deployment): readonly FieldError[] => {
  const out: FieldError[] = [];
  const status: DeploymentStatus = deployment.status ?? {};
  notNegative(out, 'status.observedGeneration', status.observedGeneration);
  for (const field of STATUS_COUNTS) notNegative(out, `status.${field}`, status[field]);
  notNegative(out, 'status.collisionCount', status.collisionCount);
  if (status.collisionCount !== undefined && old.status?.collisionCount !== undefined && status.collisionCount < old.status.collisionCount) out.push(invalid('status.collisionCount', status.collisionCount, 'cannot be decremented'));
  atMost(out, status, 'updatedReplicas', 'replicas');
  atMost(out, status, 'readyReplicas', 'replicas');
  atMost(out, status, 'availableReplicas', 'replicas');
  atMost(out, status, 'availableReplicas', 'readyReplicas');
  return out;
};

type Counts = Readonly<Record<string, unknown>>;
const atMost = (out: Findings, status: object, field: string, limit: string): void => {
  const value = ((status as Counts)[field] as number | undefined) ?? 0;
  if (value > (((status as Counts)[limit] as number | undefined) ?? 0)) out.push(invalid(`status.${field}`, value, `cannot be greater than ${limit === 'replicas' ? 'status.replicas' : limit}`));
};

export const replicaSetErrors = (replicaSet: ReplicaSet): readonly FieldError[] => {
  const out: FieldError[] = [];
  const { spec } = replicaSet;
  notNegative(out, 'spec.replicas', spec?.replicas);
  notNegative(out, 'spec.minReadySeconds', spec?.minReadySeconds);
  const selector = spec?.selector as LabelSelector | undefined;
  const selects = selectorErrors(out, selector);
  if (readable(selector)) replicatedTemplateErrors(out, spec?.template ?? EMPTY, selects, selectsBy(selector));
  return out;
};

export const replicaSetUpdateErrors = (replicaSet: ReplicaSet, old: ReplicaSet): readonly FieldError[] => {
  if (replicaSet.spec === old.spec) return [];
  // A change of the number alone needs no look at the template.
  if (replicaSet.spec?.template === old.spec?.template && replicaSet.spec?.selector === old.spec?.selector) {
    const out: FieldError[] = [];
    notNegative(out, 'spec.replicas', replicaSet.spec?.replicas);
    notNegative(out, 'spec.minReadySeconds', replicaSet.spec?.minReadySeconds);
    return out;
  }
  const out = [...replicaSetErrors(replicaSet)];
  immutableSelector(out, replicaSet.spec?.selector, old.spec?.selector);
  return out;
};

/** Of ReplicaSets and ReplicationControllers. */
export const replicaStatusErrors = (object: ReplicaSet | ReplicationController): readonly FieldError[] => {
  const out: FieldError[] = [];
  const status = (object.status ?? { replicas: 0 }) as { readonly replicas?: number; readonly fullyLabeledReplicas?: number; readonly readyReplicas?: number; readonly availableReplicas?: number; readonly observedGeneration?: number };
  for (const field of ['replicas', 'fullyLabeledReplicas', 'readyReplicas', 'availableReplicas', 'observedGeneration'] as const) notNegative(out, `status.${field}`, status[field]);
  atMost(out, status, 'fullyLabeledReplicas', 'replicas');
  atMost(out, status, 'readyReplicas', 'replicas');
  atMost(out, status, 'availableReplicas', 'replicas');
  atMost(out, status, 'availableReplicas', 'readyReplicas');
  return out;
};

export const replicationControllerErrors = (controller: ReplicationController): readonly FieldError[] => {
  const out: FieldError[] = [];
  const { spec } = controller;
  notNegative(out, 'spec.minReadySeconds', spec?.minReadySeconds);
  const selector = spec?.selector ?? {};
  const selects = Object.keys(selector).length > 0;
  if (!selects) out.push(required('spec.selector'));
  notNegative(out, 'spec.replicas', spec?.replicas);
  if (spec?.template === undefined) out.push(required('spec.template'));
  else replicatedTemplateErrors(out, spec.template, selects, (labels) => Object.entries(selector).every(([key, value]) => labels[key] === value));
  return out;
};
