import type { Observer } from '@naumachia/core';

type Method = NonNullable<Observer[keyof Observer]>;

/** Two observers as one: each sees everything, the first one first. What only one wants to see is handed to it directly. */
export const together = (first: Observer, second: Observer): Observer => {
  const methods = new Set([...Object.keys(first), ...Object.keys(second)]) as Set<keyof Observer>;
  return Object.fromEntries([...methods].map((name) => [name, both(first[name], second[name])]));
};

const both = (first: Method | undefined, second: Method | undefined): Method | undefined => {
  if (!first || !second) return first ?? second;
  // A list of all that was seen would be made for each call.
  return (a: unknown, b: unknown, c: unknown, d: unknown, e: unknown) => {
    (first as Anything)(a, b, c, d, e);
    (second as Anything)(a, b, c, d, e);
  };
};

type Anything = (...seen: readonly unknown[]) => void;
