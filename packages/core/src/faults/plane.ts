import type { Envelope } from '../message.js';
import type { Random } from '../random.js';
import { type Duration, type Instant, milliseconds } from '../time.js';
import { type FaultPlan, type FaultRule, type LinkFault, matchesName } from './plan.js';

/** What the plane decides about one message. */
export type Verdict =
  | { readonly type: 'pass' }
  | { readonly type: 'delay'; readonly by: Duration }
  /** Held until the instant; `undefined`: until the plan changes. */
  | { readonly type: 'hold'; readonly until: Instant | undefined; readonly resetAt: Instant | undefined }
  | { readonly type: 'reset' }
  | { readonly type: 'drop' }
  | { readonly type: 'duplicate' }
  | { readonly type: 'corrupt' };

export const PASS: Verdict = { type: 'pass' };

const RESET_AFTER_MS = 15_000;

/** The link rules of the applied plans. `active` is false while there is nothing to decide, which is all that an idle plane costs. */
export class FaultPlane {
  active = false;
  #rules: { readonly rule: FaultRule; readonly start: Instant; readonly end: Instant | undefined }[] = [];
  readonly #random: Random;

  constructor(random: Random) {
    this.#random = random;
  }

  /** Replaces the rules; the times of the plan count from `now`. */
  apply(plan: FaultPlan, now: Instant): void {
    this.#rules = (plan.rules ?? []).map((rule) => ({
      rule,
      start: (now + (rule.start ?? 0)) as Instant,
      end: rule.end === undefined ? undefined : ((now + rule.end) as Instant),
    }));
    this.active = this.#rules.length > 0;
  }

  judge(envelope: Envelope, now: Instant): Verdict {
    return this.judgeLink(envelope.from.actor, envelope.to.actor, envelope.link, now);
  }

  judgeLink(from: string, to: string, link: 'stream' | 'datagram', now: Instant): Verdict {
    for (const { rule, start, end } of this.#rules) {
      if (now < start || (end !== undefined && now >= end)) continue;
      if (rule.link !== undefined && rule.link !== link) continue;
      const forth = matchesName(rule.from, from) && matchesName(rule.to, to);
      const back = rule.bothWays === true && matchesName(rule.from, to) && matchesName(rule.to, from);
      if (!forth && !back) continue;
      if (rule.probability !== undefined && this.#random.float() >= rule.probability) continue;
      const verdict = link === 'stream' ? this.#onStream(rule.fault, now, end) : this.#onDatagram(rule.fault);
      if (verdict.type !== 'pass') return verdict;
    }
    return PASS;
  }

  #onStream(fault: LinkFault, now: Instant, end: Instant | undefined): Verdict {
    switch (fault.type) {
      case 'delay':
        return { type: 'delay', by: milliseconds(fault.milliseconds + this.#random.float() * (fault.jitter ?? 0)) };
      case 'stall':
        return { type: 'hold', until: end, resetAt: undefined };
      case 'partition':
        return { type: 'hold', until: end, resetAt: (now + (fault.resetAfter ?? RESET_AFTER_MS)) as Instant };
      case 'reset':
        return { type: 'reset' };
      // TCP hides loss, copies and disorder: on a stream they are a delay of one retransmission timeout.
      case 'drop':
      case 'reorder':
      case 'corrupt':
        return { type: 'delay', by: milliseconds(200) };
      case 'duplicate':
        return PASS;
    }
  }

  #onDatagram(fault: LinkFault): Verdict {
    switch (fault.type) {
      case 'delay':
        return { type: 'delay', by: milliseconds(fault.milliseconds + this.#random.float() * (fault.jitter ?? 0)) };
      case 'reorder':
        return { type: 'delay', by: milliseconds(this.#random.float() * fault.within) };
      case 'stall':
      case 'partition':
      case 'reset':
      case 'drop':
        return { type: 'drop' };
      case 'duplicate':
        return { type: 'duplicate' };
      case 'corrupt':
        return { type: 'corrupt' };
    }
  }
}
