import { hash32, type Instant } from '@naumachia/core';
import type { Deployment, LabelSelector, PodTemplateSpec, ReplicaSet, ReplicaSetStatus, ReplicationController, Service } from '../api/generated/types.js';
import type { OwnerReference } from '../api/object.js';
import { dumpTemplate } from '../api/pod-template-hash.js';
import type { Stored } from '../api/requests.js';
import { instantOfTime } from '../api/time-format.js';
import { type OwnedObject, ownedObject } from './owned-object.js';
import { isController } from './pod-view.js';

/** A ReplicaSet or ReplicationController as the controllers see it. The template stays in `stored`, decoded when pods are made. */
export interface ReplicaSetView extends OwnedObject {
  readonly stored: Stored<ReplicaSet>;
  readonly controller: OwnerReference | undefined;
  readonly created: Instant;
  readonly generation: number;
  readonly annotations: Readonly<Record<string, string>>;
  readonly replicas: number;
  readonly minReadySeconds: number;
  readonly selector: LabelSelector;
  /** Labels of the pods that it makes. */
  readonly templateLabels: Readonly<Record<string, string>>;
  /** Stands for the template without its pod-template-hash: equal templates have equal signatures. */
  readonly signature: string;
  readonly status: ReplicaSetStatus;
}

/** A Deployment with the signature of its template; it is kept decoded, as every sync reads most of it. */
export interface DeploymentView extends OwnedObject {
  readonly value: Deployment;
  readonly signature: string;
}

/** A Service, kept decoded as well: it is read for each change of a pod that it may select, and at each look at its endpoints. */
export interface ServiceView extends OwnedObject {
  readonly value: Service;
}

const EMPTY: Readonly<Record<string, string>> = {};
export const POD_TEMPLATE_HASH = 'pod-template-hash';

export const replicaSetView = (stored: Stored<ReplicaSet>, former: ReplicaSetView | undefined): ReplicaSetView => {
  const { metadata, spec, status } = stored.value;
  const owned = ownedObject(stored.header, metadata);
  const generation = metadata.generation ?? 0;
  // What stands in spec changes only with the generation.
  const same = former !== undefined && former.generation === generation ? former : undefined;
  return Object.assign(owned, {
    stored,
    controller: owned.owners.find(isController),
    created: former?.created ?? instantOfTime(metadata.creationTimestamp ?? ''),
    generation,
    annotations: metadata.annotations ?? EMPTY,
    replicas: spec.replicas ?? 1,
    minReadySeconds: spec.minReadySeconds ?? 0,
    selector: same?.selector ?? spec.selector,
    templateLabels: same?.templateLabels ?? spec.template?.metadata?.labels ?? EMPTY,
    signature: same?.signature ?? templateSignature(spec.template),
    status: status ?? { replicas: 0 },
  });
};

/** A ReplicationController, whose selector is a plain map of labels, in the same view. */
export const replicationControllerView = (stored: Stored<ReplicationController>, former: ReplicaSetView | undefined): ReplicaSetView => {
  const { spec } = stored.value;
  const view = replicaSetView(stored as unknown as Stored<ReplicaSet>, former);
  return Object.assign({}, view, { selector: { matchLabels: spec?.selector ?? EMPTY } });
};

export const deploymentView = (stored: Stored<Deployment>, former: DeploymentView | undefined): DeploymentView => {
  const { value } = stored;
  const same = former !== undefined && former.value.metadata.generation === value.metadata.generation ? former : undefined;
  return Object.assign(ownedObject(stored.header, value.metadata), { value, signature: same?.signature ?? templateSignature(value.spec.template) });
};

export const serviceView = ({ header, value }: Stored<Service>): ServiceView => Object.assign(ownedObject(header, value.metadata), { value });

/** Of what Go would hash of it, which says the same of equal templates in whatever order their fields and keys came (EqualIgnoreHash). */
const templateSignature = (template: PodTemplateSpec | undefined): string => {
  const text = template === undefined ? '' : dumpTemplate(withoutHash(template));
  return `${hash32(text)}-${hash32(text, 0x5bd1e995)}-${text.length}`;
};

const withoutHash = (template: PodTemplateSpec): PodTemplateSpec => {
  if (template.metadata?.labels?.[POD_TEMPLATE_HASH] === undefined) return template;
  const { [POD_TEMPLATE_HASH]: _, ...labels } = template.metadata.labels;
  return Object.assign({}, template, { metadata: Object.assign({}, template.metadata, { labels }) });
};
