import type { ApiAnswer, ApiRequest, KubernetesObject, UserInfo } from '@naumachia/actors';
import { resourceByKind } from '@naumachia/actors/api';
import { atomically, defineActor, type Flow, type Instant, milliseconds, named, request, seconds, sleep } from '@naumachia/core';

/** What the people of a scenario do, each at its time after the actor has started; drawn before the run begins. */
export type UserAction =
  | { readonly at: number; readonly type: 'apply'; readonly object: KubernetesObject }
  | { readonly at: number; readonly type: 'patch'; readonly namespace: string; readonly name: string; readonly subresource: 'scale' | undefined; readonly patch: object }
  /** One of the pods with these labels: the `pick`th part of the list, from 0 to 1. */
  | { readonly at: number; readonly type: 'delete-pod'; readonly namespace: string; readonly labelSelector: string; readonly pick: number };

export interface UserState {
  /** Actions that are still to be done, or answered. */
  left: number;
  /** What the API server refused. */
  readonly refused: string[];
}

const API = named<ApiRequest>('apiserver');
const USER: UserInfo = { name: 'kubernetes-admin', groups: ['system:masters', 'system:authenticated'] };
/** `kubectl` gives up and its user tries again. */
const AGAIN = seconds(1);

interface Errand {
  readonly since: Instant;
  readonly actions: readonly UserAction[];
}

/** Does what is to be done with one object, one action after the other: nobody scales what they have not seen created. */
function* act({ since, actions }: Errand): Flow {
  for (const action of actions) {
    const now = yield* atomically<UserState, Instant>((_state, context) => context.now);
    yield* sleep(milliseconds(Math.max(0, since + action.at - now)));
    yield* carryOut(action);
  }
}

/** As often as it takes until the API server has answered. */
function* carryOut(action: UserAction): Flow {
  for (;;) {
    const message = action.type === 'delete-pod' ? yield* chosenPod(action) : requestOf(action);
    const answer: ApiAnswer | undefined = message && (yield* request(API, message));
    if (answer && isWorthAnother(answer)) {
      yield* sleep(AGAIN);
      continue;
    }
    const problem = answer && refusal(answer);
    return yield* atomically((state: UserState) => {
      state.left--;
      if (problem !== undefined) state.refused.push(problem);
    });
  }
}

function* chosenPod({ namespace, labelSelector, pick }: Extract<UserAction, { type: 'delete-pod' }>): Flow<ApiRequest | undefined> {
  for (;;) {
    const answer = yield* request(API, { type: 'list', user: USER, resource: 'pods', namespace, labelSelector });
    if (answer.type === 'list') {
      const name = answer.items[Math.floor(pick * answer.items.length)]?.header.name;
      return name === undefined ? undefined : { type: 'delete', user: USER, resource: 'pods', namespace, name };
    }
    yield* sleep(AGAIN);
  }
}

const requestOf = (action: Exclude<UserAction, { type: 'delete-pod' }>): ApiRequest => {
  if (action.type === 'patch') {
    const { namespace, name, subresource, patch } = action;
    return { type: 'patch', user: USER, fieldManager: 'kubectl', resource: 'deployments.apps', namespace, name, patchType: subresource === undefined ? 'strategic' : 'merge', patch, ...(subresource !== undefined && { subresource }) };
  }
  const { object } = action;
  const resource = resourceByKind(object.apiVersion, object.kind);
  return { type: 'create', user: USER, fieldManager: 'kubectl-create', resource: resource?.groupResource ?? '', namespace: resource?.namespaced === true ? (object.metadata.namespace ?? 'default') : '', object };
};

/** Nobody knows, or the server has asked for patience. */
const isWorthAnother = (answer: ApiAnswer): boolean => answer.type === 'failure' || (answer.type === 'status' && ((answer.status.code ?? 200) >= 500 || answer.status.code === 429 || answer.status.reason === 'Conflict'));

/** That it is there already, or gone already, is what an earlier try has done. */
const refusal = (answer: ApiAnswer): string | undefined =>
  answer.type === 'status' && answer.status.status === 'Failure' && answer.status.reason !== 'AlreadyExists' && answer.status.reason !== 'NotFound' ? (answer.status.message ?? answer.status.reason) : undefined;

/** Deletions of pods wait for nothing: their names are chosen when it is time. */
const byObject = (actions: readonly UserAction[]): readonly (readonly UserAction[])[] => {
  const found = new Map<unknown, UserAction[]>();
  for (const action of [...actions].sort((one, other) => one.at - other.at)) {
    const object = action.type === 'delete-pod' ? action : objectOf(action);
    const known = found.get(object);
    if (known) known.push(action);
    else found.set(object, [action]);
  }
  return [...found.values()];
};

const objectOf = (action: Exclude<UserAction, { type: 'delete-pod' }>): string => {
  if (action.type === 'patch') return `Deployment ${action.namespace}/${action.name}`;
  const { kind, metadata } = action.object;
  return `${kind} ${metadata.namespace ?? 'default'}/${metadata.name ?? ''}`;
};

/** The people of a scenario: an actor like any other, whose links can fail. */
export const user = defineActor<{ readonly actions: readonly UserAction[] }, UserState, never>({
  kind: 'user',
  start: ({ actions }, context) => {
    for (const one of byObject(actions)) context.run(act, { since: context.now, actions: one });
    return { left: actions.length, refused: [] };
  },
  receive: {},
  flows: [act],
});
