import { catalog } from '@naumachia/actors';
import { codec, Encoded, useStructures } from '@naumachia/core';
import { apiWritesBench, createPod, getPod, patchPodStatus } from './api-writes.js';
import type { SuiteTask } from './suite.js';

const OPERATIONS = 100;

/** What it costs to let a running pod of about 3 kB cross to another host, and a bind request of a hundred bytes. */
export const codecTasks = (): SuiteTask[] => {
  useStructures(catalog.structures ?? []);
  const bench = apiWritesBench();
  const name = createPod(bench);
  patchPodStatus(bench, name);
  const pod = getPod(bench, name);
  if (!pod) throw new Error('the pod that was just created is not there');
  const bind = { type: 'create', resource: 'pods', subresource: 'binding', namespace: 'default', name: 'web-5d4f8c7b9-x2x7k', object: { apiVersion: 'v1', kind: 'Binding', metadata: { name: 'web-5d4f8c7b9-x2x7k', namespace: 'default' }, target: { kind: 'Node', name: 'node-417' } } };
  return [
    ...roundTrip('a running pod', pod.value),
    ...roundTrip('a bind request', bind),
    { name: 'hand on a pod whose bytes are made', operations: OPERATIONS, run: repeated(handedOn(pod.value)) },
  ];
};

const roundTrip = (what: string, value: unknown): SuiteTask[] => {
  const bytes = Uint8Array.from(codec().encode(value));
  const size = `${bytes.length.toLocaleString('en')} B`;
  return [
    { name: `pack ${what} (${size})`, operations: OPERATIONS, run: repeated(() => codec().encode(value).length) },
    { name: `unpack ${what} (${size})`, operations: OPERATIONS, run: repeated(() => (codec().decode(bytes) === undefined ? 0 : 1)) },
  ];
};

/** As the frame to a second host is packed: header anew, the value's bytes as they are. */
const handedOn = (value: object): (() => number) => {
  const encoded = Encoded.ofValue({ name: 'web', revision: 1 }, value);
  codec().encode(encoded);
  return () => codec().encode(encoded).length;
};

const repeated = (operation: () => number) => (): number => {
  let sum = 0;
  for (let i = 0; i < OPERATIONS; i++) sum += operation();
  return sum;
};
