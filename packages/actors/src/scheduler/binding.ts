import { type ActorContext, type Flow, atomically, requests } from '@naumachia/core';
import { API_SERVER, type ApiClient, createSubresourceRequest, failureText, hasFailed } from '../machinery/requests.js';

/** A pod and the node that it is to be bound to. */
export interface Binding {
  readonly uid: string;
  readonly namespace: string;
  readonly name: string;
  readonly node: string;
}

export interface BindingOutcome {
  readonly uid: string;
  /** What the API server, or the runtime in its place, said; undefined: the pod is bound. */
  readonly error: string | undefined;
}

export interface BindingArgument {
  readonly client: ApiClient;
  readonly bindings: readonly Binding[];
}

/**
 * What the plugin DefaultBinder does: writes bindings (`create` of pods/binding) and hands their outcomes to `settle`. One flow writes
 * what one step decided, and many flows are under way at once, so scheduling never waits for an answer.
 */
export const bindPods = <S>(settle: (state: S, outcomes: readonly BindingOutcome[], context: ActorContext) => void): ((argument: BindingArgument) => Flow) => {
  return function* bindPods({ client, bindings }: BindingArgument): Flow {
    const answers = yield* requests(bindings.map((binding) => ({ to: API_SERVER, message: bindingRequest(client, binding) })));
    const outcomes = bindings.map(({ uid }, at): BindingOutcome => {
      const answer = answers[at];
      return { uid, error: answer && hasFailed(answer) ? failureText(answer) : undefined };
    });
    yield* atomically<S, void>((state, context) => settle(state, outcomes, context));
  };
};

const bindingRequest = (client: ApiClient, { namespace, name, uid, node }: Binding) =>
  createSubresourceRequest(client, 'pods', namespace, name, 'binding', {
    apiVersion: 'v1',
    kind: 'Binding',
    metadata: { namespace, name, uid },
    target: { kind: 'Node', name: node },
  });
