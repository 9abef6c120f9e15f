import { matches, selectorOf } from '../../api/label-selector.js';
import type { OwnerReference } from '../../api/object.js';
import type { PatchRequest } from '../../api/requests.js';
import { type ApiClient, patchRequest } from '../../machinery/requests.js';
import type { PodView } from '../pod-view.js';
import type { ReplicaSetView } from '../workload-views.js';
import type { SetKind } from './set-kind.js';

/** A set's pods after adoption and release (controller_ref_manager.go: ClaimPods). */
export interface Claims {
  /** Owned and selected. */
  readonly kept: readonly PodView[];
  /** Selected by the set and owned by nobody: in the order of `writes`, which begins with them. */
  readonly adopted: readonly PodView[];
  /** Adoptions, then releases of pods that the selector no longer picks. */
  readonly writes: readonly PatchRequest[];
}

export const claimPods = (kind: SetKind, set: ReplicaSetView, owned: readonly PodView[], orphans: Iterable<PodView>): Claims => {
  const selector = selectorOf(set.selector);
  const released: PodView[] = [];
  const kept: PodView[] = [];
  for (const pod of owned) {
    if (matches(selector, pod.header.labels) || set.terminating) kept.push(pod);
    else released.push(pod);
  }
  const adopted: PodView[] = [];
  if (!set.terminating) for (const pod of orphans) if (matches(selector, pod.header.labels)) adopted.push(pod);
  if (adopted.length === 0 && released.length === 0) return { kept, adopted, writes: NO_WRITES };
  return { kept, adopted, writes: [...adopted.map((pod) => adoption(kind, set, pod)), ...released.map((pod) => releaseOf(kind.client, 'pods', pod, set.header.uid))] };
};

const NO_WRITES: readonly PatchRequest[] = [];

/** The reference of a controller to what it owns (meta/v1 NewControllerRef). */
export const controllerReference = (apiVersion: string, kind: string, header: { readonly name: string; readonly uid: string }): OwnerReference => ({
  apiVersion,
  kind,
  name: header.name,
  uid: header.uid,
  controller: true,
  blockOwnerDeletion: true,
});

const adoption = (kind: SetKind, set: ReplicaSetView, pod: PodView): PatchRequest => adoptionOf(kind.client, 'pods', pod, controllerReference(kind.apiVersion, kind.kind, set.header));

type Claimed = { readonly header: PodView['header'] };

export const adoptionOf = (client: ApiClient, resource: string, { header }: Claimed, owner: OwnerReference): PatchRequest =>
  patchRequest(client, resource, header.namespace, header.name, 'strategic', { metadata: { ownerReferences: [owner], uid: header.uid } });

export const releaseOf = (client: ApiClient, resource: string, { header }: Claimed, owner: string): PatchRequest =>
  patchRequest(client, resource, header.namespace, header.name, 'strategic', { metadata: { uid: header.uid, ownerReferences: [{ $patch: 'delete', uid: owner }] } });
