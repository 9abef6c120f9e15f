import { runEndpointChanges, textTable } from '@naumachia/bench';
import { EXIT } from './exit-codes.js';
import { print } from './standard-output.js';

export interface EndpointFlags {
  readonly nodes: number;
  readonly services: number;
  readonly endpoints: number;
  readonly output: 'json' | 'table';
}

/** `naumachia bench endpoints`: from one change of endpoints to every kube-proxy. */
export const benchEndpoints = async (flags: EndpointFlags): Promise<number> => {
  const { milliseconds, proxies } = await runEndpointChanges(flags, (text) => void process.stderr.write(`${text}\n`));
  const sorted = [...milliseconds].sort((a, b) => a - b);
  const [median, most] = [sorted[sorted.length >> 1] ?? 0, sorted.at(-1) ?? 0];
  const table = textTable([
    ['ENDPOINT CHANGE TO ALL KUBE-PROXIES', `${proxies} PROXIES, ${flags.services} SERVICES, ${flags.endpoints} ENDPOINTS`],
    ['median', `${median.toFixed(1)} ms`],
    ['most', `${most.toFixed(1)} ms`],
    ['changes', String(sorted.length)],
  ]);
  const figures = [
    { name: 'endpoint-change.p50', value: median, unit: 'ms' },
    { name: 'endpoint-change.max', value: most, unit: 'ms' },
  ];
  await print(flags.output === 'json' ? `${JSON.stringify({ figures })}\n` : `${table}\n`);
  return EXIT.done;
};

