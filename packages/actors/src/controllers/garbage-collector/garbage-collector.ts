import type { OwnerReference } from '../../api/object.js';
import type { ApiAnswer, ApiRequest } from '../../api/requests.js';
import type { ObjectView } from '../../machinery/informer.js';
import { enqueue, type Work } from '../../machinery/reconciler.js';
import { deleteRequest, getRequest, hasFailed, isRefused, objectOf, patchRequest, serviceAccountClient } from '../../machinery/requests.js';
import type { ControllerManager, ManagedController } from '../controller.js';
import { type OwnedObject, sameOwners } from '../owned-object.js';
import { cached, nodeOf, ownerPlace, ownershipOf, splitNode, storedOwnership } from './ownership.js';

const NAME = 'garbage-collector-controller';
const CLIENT = serviceAccountClient('generic-garbage-collector', 'kube-controller-manager');
const FOREGROUND = 'foregroundDeletion';
const ORPHAN = 'orphan';
/** Of the real one's cache of absent owners, too, the size is a guess (500): a deletion is remembered until so many others followed. */
const MAX_ABSENT = 4096;

/** Which owners of an object are there, which are gone, and which wait for it to go. */
interface Owners {
  readonly solid: readonly OwnerReference[];
  readonly dangling: readonly OwnerReference[];
  readonly waiting: readonly OwnerReference[];
}

type PropagationPolicy = 'Foreground' | 'Orphan' | 'Background';

type Progress =
  | { readonly stage: 'asked'; readonly owners: Owners; readonly unknown: readonly OwnerReference[] }
  | { readonly stage: 'orphaned'; readonly finalizer: typeof ORPHAN }
  | { readonly stage: 'unblocked' }
  | { readonly stage: 'deleted' | 'met'; readonly policy: PropagationPolicy; readonly owners: readonly OwnerReference[] }
  | { readonly stage: 'ends' };

/** Deletes what lost its last owner, and holds owners that wait for their dependents (pkg/controller/garbagecollector). Keys: `nodeOf`. */
export const garbageCollector: ManagedController = {
  name: NAME,
  workers: 20,
  reconcile: (manager, key) => attempt(manager, key),
  proceed: (manager, key, next, answers) => proceed(manager, key, next as Progress, answers),
  watches: {},
};

/** To be told of every change of every object but Events. */
export const objectChanged = (manager: ControllerManager, former: ObjectView | undefined, current: ObjectView | undefined): void => {
  const before = former === undefined ? undefined : ownershipOf(former);
  const after = current === undefined ? undefined : ownershipOf(current);
  const object = after ?? before;
  if (object === undefined) return;
  if (before === undefined || after === undefined || !sameOwners(before.owners, after.owners)) {
    const node = nodeOf(object.header);
    if (before !== undefined) unlink(manager, before, after, node);
    if (after !== undefined) link(manager, after, node);
  }
  if (after !== undefined) {
    if (after.terminating && (after.finalizers.includes(FOREGROUND) || after.finalizers.includes(ORPHAN))) enqueue(manager, NAME, nodeOf(after.header));
    return;
  }
  const { uid } = object.header;
  rememberAbsent(manager, uid);
  for (const dependent of manager.memory.dependents.get(uid) ?? []) enqueue(manager, NAME, dependent);
};

const link = (manager: ControllerManager, object: OwnedObject, node: string): void => {
  const { dependents } = manager.memory;
  for (const owner of object.owners) {
    const known = dependents.get(owner.uid);
    if (known) known.add(node);
    else dependents.set(owner.uid, new Set([node]));
    const place = ownerPlace(owner, object.header.namespace);
    const found = place === undefined ? undefined : cached(manager.informers, place.resource, place.key);
    // An owner that the cache does not hold is looked for once everything is synced.
    if (found?.header.uid !== owner.uid) enqueue(manager, NAME, node);
  }
};

const unlink = (manager: ControllerManager, before: OwnedObject, after: OwnedObject | undefined, node: string): void => {
  const { dependents } = manager.memory;
  for (const owner of before.owners) {
    const still = after?.owners.find(({ uid }) => uid === owner.uid);
    if (still !== undefined && still.blockOwnerDeletion === owner.blockOwnerDeletion) continue;
    const known = still === undefined ? dependents.get(owner.uid) : undefined;
    if (known?.delete(node) && known.size === 0) dependents.delete(owner.uid);
    // An owner that waits for its dependents may have waited for this one.
    const place = ownerPlace(owner, before.header.namespace);
    const found = place === undefined ? undefined : cached(manager.informers, place.resource, place.key);
    if (place !== undefined && found !== undefined && isDeletingDependents(found)) enqueue(manager, NAME, nodeOf(found.header));
  }
};

const rememberAbsent = ({ memory }: ControllerManager, uid: string): void => {
  memory.absentOwners.add(uid);
  if (memory.absentOwners.size <= MAX_ABSENT) return;
  for (const oldest of memory.absentOwners) {
    memory.absentOwners.delete(oldest);
    break;
  }
};

/** attemptToDeleteItem: decides from the caches, and asks the API server for owners that they do not hold. */
const attempt = (manager: ControllerManager, key: string): Work | undefined => {
  const object = objectOfNode(manager, key);
  if (object === undefined) return undefined;
  if (object.terminating) return holdOwner(manager, object);
  if (object.owners.length === 0) return undefined;
  const solid: OwnerReference[] = [];
  const dangling: OwnerReference[] = [];
  const waiting: OwnerReference[] = [];
  const unknown: OwnerReference[] = [];
  const questions: ApiRequest[] = [];
  for (const owner of object.owners) {
    const place = ownerPlace(owner, object.header.namespace);
    const found = place === undefined ? undefined : cached(manager.informers, place.resource, place.key);
    if (found?.header.uid === owner.uid) (isDeletingDependents(found) ? waiting : solid).push(owner);
    else if (manager.memory.absentOwners.has(owner.uid)) dangling.push(owner);
    // A kind that nobody knows may come back with its definition: its objects are not judged.
    else if (place === undefined) solid.push(owner);
    else {
      unknown.push(owner);
      questions.push(getRequest(CLIENT, place.resource, place.namespace, owner.name));
    }
  }
  const owners: Owners = { solid, dangling, waiting };
  return unknown.length === 0 ? decide(manager, object, owners) : { writes: questions, next: { stage: 'asked', owners, unknown } satisfies Progress };
};

const proceed = (manager: ControllerManager, key: string, next: Progress, answers: readonly ApiAnswer[]): Work | undefined => {
  const object = objectOfNode(manager, key);
  switch (next.stage) {
    case 'ends':
      return answers.some((answer) => hasFailed(answer) && !isRefused(answer, 'NotFound') && !isRefused(answer, 'Conflict')) ? FAILED : undefined;
    case 'unblocked': {
      const [answer] = answers;
      const unblocked = answer && objectOf(answer);
      if (unblocked === undefined) return answer !== undefined && isRefused(answer, 'NotFound') ? undefined : FAILED;
      return deletion(storedOwnership(unblocked), 'Foreground');
    }
    case 'deleted': {
      const [answer] = answers;
      if (object === undefined || answer === undefined || !hasFailed(answer) || isRefused(answer, 'NotFound')) return undefined;
      if (!isRefused(answer, 'Conflict')) return FAILED;
      const { resource, namespace, name } = object.header;
      return { writes: [getRequest(CLIENT, resource, namespace, name)], next: { stage: 'met', policy: next.policy, owners: next.owners } satisfies Progress };
    }
    case 'met': {
      const [answer] = answers;
      const found = answer && objectOf(answer);
      if (found === undefined) return answer !== undefined && isRefused(answer, 'NotFound') ? undefined : FAILED;
      if (object === undefined || found.header.uid !== object.header.uid) return undefined;
      // Whatever else changes all the time does not keep an object alive; with other owners it is judged anew.
      return sameOwners(storedOwnership(found).owners, next.owners) ? ends(deleteRequest(CLIENT, object.header.resource, object.header.namespace, object.header.name, { preconditions: { uid: object.header.uid }, propagationPolicy: next.policy })) : FAILED;
    }
    case 'orphaned': {
      if (answers.some((answer) => hasFailed(answer) && !isRefused(answer, 'NotFound'))) return FAILED;
      return object === undefined ? undefined : withoutFinalizer(object, next.finalizer);
    }
    case 'asked': {
      if (object === undefined) return undefined;
      const owners = { solid: [...next.owners.solid], dangling: [...next.owners.dangling], waiting: next.owners.waiting };
      for (let i = 0; i < next.unknown.length; i++) {
        const owner = next.unknown[i] as OwnerReference;
        const answer = answers[i] as ApiAnswer;
        const found = objectOf(answer);
        if (found !== undefined && found.header.uid === owner.uid) owners.solid.push(owner);
        else if (found !== undefined || isRefused(answer, 'NotFound')) {
          rememberAbsent(manager, owner.uid);
          owners.dangling.push(owner);
        } else return FAILED;
      }
      return decide(manager, object, owners);
    }
  }
};

const FAILED: Work = { writes: [], failed: true };

const objectOfNode = (manager: ControllerManager, node: string): OwnedObject | undefined => {
  const { resource, key } = splitNode(node);
  return cached(manager.informers, resource, key);
};

const ends = (write: ApiRequest): Work => ({ writes: [write], next: { stage: 'ends' } satisfies Progress });

const decide = (manager: ControllerManager, object: OwnedObject, { solid, dangling, waiting }: Owners): Work | undefined => {
  const { header } = object;
  if (solid.length > 0) {
    const gone = [...dangling, ...waiting];
    if (gone.length === 0) return undefined;
    return ends(patchRequest(CLIENT, header.resource, header.namespace, header.name, 'strategic', { metadata: { uid: header.uid, ownerReferences: gone.map(({ uid }) => ({ $patch: 'delete', uid })) } }));
  }
  const dependents = manager.memory.dependents.get(header.uid);
  if (waiting.length === 0 || dependents === undefined || dependents.size === 0) {
    return deletion(object, object.finalizers.includes(ORPHAN) ? 'Orphan' : object.finalizers.includes(FOREGROUND) ? 'Foreground' : 'Background');
  }
  // Its owner waits for the whole tree, so it waits for its own dependents in turn. Where one of these waits already, they may wait for each other: then it holds up no owner any more.
  const blocking = object.owners.filter(({ blockOwnerDeletion }) => blockOwnerDeletion === true);
  if (blocking.length === 0 || ![...dependents].some((node) => isDeletingDependents(objectOfNode(manager, node)))) return deletion(object, 'Foreground');
  const ownerReferences = blocking.map((owner) => Object.assign({}, owner, { blockOwnerDeletion: false }));
  return { writes: [patchRequest(CLIENT, header.resource, header.namespace, header.name, 'strategic', { metadata: { uid: header.uid, ownerReferences } })], next: { stage: 'unblocked' } satisfies Progress };
};

const isDeletingDependents = (object: OwnedObject | undefined): boolean => object !== undefined && object.terminating && object.finalizers.includes(FOREGROUND);

/** Of the object as it was judged: whoever let it go meanwhile must not lose it. */
const deletion = ({ header, owners }: OwnedObject, policy: PropagationPolicy): Work => ({
  writes: [deleteRequest(CLIENT, header.resource, header.namespace, header.name, { preconditions: { uid: header.uid, resourceVersion: String(header.revision) }, propagationPolicy: policy })],
  next: { stage: 'deleted', policy, owners } satisfies Progress,
});

/** An owner that is being deleted and waits: for its dependents to go, or to be let go. */
const holdOwner = (manager: ControllerManager, object: OwnedObject): Work | undefined => {
  const { header, finalizers } = object;
  const dependents = [...(manager.memory.dependents.get(header.uid) ?? [])];
  if (finalizers.includes(ORPHAN)) {
    const writes = dependents.flatMap((node) => {
      const dependent = objectOfNode(manager, node);
      if (dependent === undefined) return [];
      return [patchRequest(CLIENT, dependent.header.resource, dependent.header.namespace, dependent.header.name, 'strategic', { metadata: { uid: dependent.header.uid, ownerReferences: [{ $patch: 'delete', uid: header.uid }] } })];
    });
    return writes.length === 0 ? withoutFinalizer(object, ORPHAN) : { writes, next: { stage: 'orphaned', finalizer: ORPHAN } satisfies Progress };
  }
  if (!finalizers.includes(FOREGROUND)) return undefined;
  let blocked = false;
  for (const node of dependents) {
    const dependent = objectOfNode(manager, node);
    if (dependent === undefined) continue;
    blocked ||= dependent.owners.some(({ uid, blockOwnerDeletion }) => uid === header.uid && blockOwnerDeletion === true);
    if (!dependent.terminating) enqueue(manager, NAME, node);
  }
  return blocked ? undefined : withoutFinalizer(object, FOREGROUND);
};

/** Names its revision, so that a finalizer that came meanwhile is not lost: then the next event tries again. */
const withoutFinalizer = ({ header, finalizers }: OwnedObject, finalizer: string): Work =>
  ends(patchRequest(CLIENT, header.resource, header.namespace, header.name, 'merge', { metadata: { resourceVersion: String(header.revision), finalizers: finalizers.filter((name) => name !== finalizer) } }));
