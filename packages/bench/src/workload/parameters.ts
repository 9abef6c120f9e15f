import { isScalar } from 'yaml';
import { type Parser, report, shown } from '../yaml/place.js';

/** The parameters that a workload gives to the operations of its test case, and which of them an operation has asked for. */
export interface Parameters {
  readonly workload: string;
  readonly values: Readonly<Record<string, unknown>>;
  readonly used: Set<string>;
}

interface Kind<T> {
  readonly expected: string;
  readonly read: (value: unknown) => T | undefined;
  /** Stands for the value where a test case is read without any workload. */
  readonly standIn: T;
}

/** Reads `$name` as the value that the workload has for it. */
export const parameter = <T>(parameters: Parameters | undefined, { expected, read, standIn }: Kind<T>): Parser<T> => (place) => {
  const reference = isScalar(place.node) ? place.node.value : undefined;
  if (typeof reference !== 'string' || !/^\$.+/.test(reference)) return report(place, `expected a parameter such as $measurePods, found ${shown(place)}`);
  if (parameters === undefined) return standIn;
  const name = reference.slice(1);
  parameters.used.add(name);
  const value = parameters.values[name];
  if (value === undefined) return report(place, `the workload ${parameters.workload} has no parameter ${JSON.stringify(name)}`);
  return read(value) ?? report(place, `expected ${expected}, and the workload ${parameters.workload} gives ${JSON.stringify(value)} as ${JSON.stringify(name)}`);
};
