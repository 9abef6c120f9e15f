import { describe, expect, it } from 'vitest';
import type { UserInfo } from '../../api/requests.js';
import { leave, newFlowControl, takeSeat, TooManyRequests, type FlowControl } from './flow-control.js';
import { DEFAULT_LIMITS, type EdgeLimits } from './limits.js';

const user = (name: string, ...groups: string[]): UserInfo => ({ name, groups: [...groups, 'system:authenticated'] });
const control = (limits: Partial<EdgeLimits>): FlowControl => newFlowControl({ ...DEFAULT_LIMITS, ...limits });
const here = (): boolean => false;
const settled = (): Promise<void> => new Promise((resolve) => setImmediate(resolve));

/** Asks for seats and notes who got one, in order. */
const asking = (of: FlowControl) => {
  const seated: string[] = [];
  const refused: string[] = [];
  const ask = (who: UserInfo, now = 0, isGone = here): void =>
    void takeSeat(of, who, now, isGone).then(
      () => seated.push(who.name),
      (error: unknown) => (error instanceof TooManyRequests ? refused.push(who.name) : Promise.reject(error as Error)),
    );
  return { seated, refused, ask };
};

describe('flow control', () => {
  it('gives waiting users their turns one after the other, however much each asks for', async () => {
    const of = control({ seats: 1 });
    const { seated, ask } = asking(of);
    ask(user('first'));
    for (let i = 0; i < 4; i++) ask(user('greedy'));
    ask(user('modest'));
    for (let i = 0; i < 6; i++) {
      await settled();
      leave(of, 0);
    }
    expect(seated).toEqual(['first', 'greedy', 'modest', 'greedy', 'greedy', 'greedy']);
    expect([of.seated, of.waiting, of.flows.size]).toEqual([0, 0, 0]);
  });

  it('refuses a user who has too much waiting, exempts masters, and refuses everybody when there is no room at all', async () => {
    const of = control({ seats: 2, waitingOfUser: 3, waiting: 8 });
    const { seated, refused, ask } = asking(of);
    for (let i = 0; i < 7; i++) ask(user('greedy'));
    for (let i = 0; i < 7; i++) ask(user('root', 'system:masters'));
    await settled();
    expect([seated.length, of.waiting]).toEqual([2, 8]);
    expect(refused).toEqual(['greedy', 'greedy', 'root', 'root']);
  });

  it('refuses who has waited for too long, and passes over who has gone', async () => {
    const of = control({ seats: 1, seatTimeout: 100 });
    const { seated, refused, ask } = asking(of);
    ask(user('first'));
    ask(user('late'), 0);
    ask(user('gone'), 90, () => true);
    ask(user('patient', 'system:masters'), 0);
    ask(user('timely'), 90);
    for (let i = 0; i < 3; i++) {
      await settled();
      leave(of, 150);
    }
    await settled();
    expect(seated).toEqual(['first', 'patient', 'timely']);
    expect(refused).toEqual(['late', 'gone']);
    expect([of.seated, of.waiting]).toEqual([0, 0]);
  });
});
