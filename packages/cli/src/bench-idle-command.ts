import { textTable, weighIdleNodes } from '@naumachia/bench';
import { EXIT } from './exit-codes.js';
import { print } from './standard-output.js';

export interface IdleFlags {
  readonly nodes: number;
  /** Milliseconds. */
  readonly duration: number;
  readonly output: 'json' | 'table';
}

const KB = 1000;

/** `naumachia bench idle`: the memory of nodes without pods. */
export const benchIdle = async ({ nodes, duration, output }: IdleFlags): Promise<number> => {
  const memory = await weighIdleNodes(nodes, duration, (text) => void process.stderr.write(`${text}\n`));
  const table = textTable([
    ['MEMORY PER IDLE NODE', `${nodes} NODES, ${duration / 1000} S`],
    ['kubelet and kube-proxy', `${(memory.nodeComponents / KB).toFixed(1)} kB`],
    ['all inclusive', `${(memory.allInclusive / KB).toFixed(1)} kB`],
  ]);
  await print(output === 'json' ? `${JSON.stringify({ figures: [figure('memory.per-node.components', memory.nodeComponents), figure('memory.per-node.all', memory.allInclusive)] })}\n` : `${table}\n`);
  return EXIT.done;
};

const figure = (name: string, value: number): object => ({ name, value: Math.round(value), unit: 'bytes' });
