import { type Address, kindOfName } from '@naumachia/core';

/** Kinds of components by small numbers, so that what happens at every message is counted in lists. */
export interface KindNumbers {
  /** The kinds, by number. */
  readonly names: readonly string[];
  /** Actors of this host, by their number there. */
  readonly ofIndex: readonly number[];
  enter(index: number, actor: string): number;
  of(actor: string): number;
  /** As `of`; `from` is who sends there: kinds mostly write to one address. */
  ofReceiver(to: Address, from: number): number;
}

/** The number of the API server. */
export const API_SERVER = 0;

export const kindNumbers = (): KindNumbers => {
  const names = ['apiserver'];
  const ofIndex: number[] = [];
  const ofActor = new Map<string, number>();
  const lastReceiver: { address: Address | undefined; kind: number }[] = [];
  const of = (actor: string): number => {
    let known = ofActor.get(actor);
    if (known === undefined) {
      const name = kindOfName(actor);
      const at = names.indexOf(name);
      ofActor.set(actor, (known = at < 0 ? names.push(name) - 1 : at));
    }
    return known;
  };
  return {
    names,
    ofIndex,
    enter: (index, actor) => (ofIndex[index] = of(actor)),
    of,
    ofReceiver(to, from) {
      const last = (lastReceiver[from] ??= { address: undefined, kind: 0 });
      if (last.address !== to) {
        last.address = to;
        last.kind = of(to.actor);
      }
      return last.kind;
    },
  };
};
