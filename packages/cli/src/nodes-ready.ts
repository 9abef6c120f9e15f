import type { ApiRequest } from '@naumachia/actors';
import { isFailure, minutes, named, type Runtime, seconds, type VirtualClock } from '@naumachia/core';

const LOOK_EVERY = seconds(2);
const READY_WITHIN = minutes(5);
const USER = { name: 'system:admin', groups: ['system:masters'] };

interface Condition {
  readonly type: string;
  readonly status: string;
}

/** Lets the time go by that the nodes of a simulated cluster take to register and become Ready; gives up after five minutes of it. */
export const passUntilNodesReady = async (runtime: Runtime, clock: VirtualClock, nodes: number): Promise<void> => {
  const port = runtime.port('nodes-ready');
  const limit = clock.now() + READY_WITHIN;
  for (let ready = 0; ready < nodes && clock.now() < limit; ) {
    await clock.advance(LOOK_EVERY);
    const answer = await port.request(named<ApiRequest>('apiserver'), { type: 'list', user: USER, resource: 'nodes', namespace: '' });
    if (isFailure(answer) || answer.type !== 'list') continue;
    ready = answer.items.filter(({ value }) => (value['status'] as { readonly conditions?: readonly Condition[] } | undefined)?.conditions?.some(({ type, status }) => type === 'Ready' && status === 'True')).length;
  }
};
