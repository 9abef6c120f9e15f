import { textTable, weighPods } from '@naumachia/bench';
import { EXIT } from './exit-codes.js';
import { print } from './standard-output.js';

export interface MemoryFlags {
  readonly pods: number;
  readonly output: 'json' | 'table';
}

const MB = 1e6;

/** `naumachia bench memory`: what stored and watched pods cost. */
export const benchMemory = async ({ pods, output }: MemoryFlags): Promise<number> => {
  const memory = await weighPods(pods, (text) => void process.stderr.write(`${text}\n`));
  const added = memory.after - memory.before;
  const table = textTable([
    ['MEMORY OF STORED PODS', `${pods} PODS`],
    ['one of them in JSON', `${(memory.podBytes / 1000).toFixed(1)} kB`],
    ['an empty cluster', `${(memory.before / MB).toFixed(1)} MB`],
    ['the pods, after compaction', `${(added / MB).toFixed(1)} MB`],
    ['each pod', `${(added / pods / 1000).toFixed(2)} kB`],
  ]);
  const figures = [
    { name: 'memory.stored-pods', value: Math.round(added), unit: 'bytes' },
    { name: 'memory.per-stored-pod', value: Math.round(added / pods), unit: 'bytes' },
    { name: 'memory.pod-json', value: memory.podBytes, unit: 'bytes' },
  ];
  await print(output === 'json' ? `${JSON.stringify({ figures })}\n` : `${table}\n`);
  return EXIT.done;
};
