import type { EtcdRequest } from '@naumachia/actors/etcd';
import { type Incident, named, seconds, type ThreadsRuntime } from '@naumachia/core';
import { pause } from '../load/load-run.js';
import { collectedReports, heapOf } from '../measure/collected-heaps.js';
import { chanceOf } from './chance.js';
import { type PlainRequest, PROTOBUF_SOURCES, PROTOBUF_TYPE, SEEDS } from './corpus.js';
import { type MutatedRequest, mutatedRequest } from './mutations.js';
import { serveEdge, EDGE_TOKEN } from './served-edge.js';
import { wrongWith } from './verdict.js';
import { type WireAnswer, WireClient } from './wire-client.js';

export interface FuzzOptions {
  readonly seed: number;
  readonly count: number;
  /** Sends the request of this index alone. */
  readonly only?: number;
  readonly progress?: (done: number) => void;
}

export interface Finding {
  readonly index: number;
  readonly request: MutatedRequest;
  readonly answer: WireAnswer;
  readonly what: string;
}

export interface FuzzResult {
  /** How many answers had each code, by mutation; 0: the server hung up. */
  readonly codes: ReadonlyMap<string, ReadonlyMap<number, number>>;
  readonly findings: readonly Finding[];
  /** Actors or hosts that failed. */
  readonly incidents: readonly Incident[];
  /** The last request that the API server could not deal with, and where in its code. */
  readonly lastPanic: string | undefined;
  /** Bytes of the collected heap of the server after a fifth of the requests, and after all. */
  readonly heap: { readonly early: number; readonly end: number };
}

const CLIENTS = 8;
const MOST_FINDINGS = 50;
const ETCD = named<EtcdRequest>('etcd');

/** Sends mutated requests to the edge of an API server without controllers, on real connections. */
export const fuzz = async ({ seed, count, only, progress }: FuzzOptions): Promise<FuzzResult> => {
  const incidents: Incident[] = [];
  const { runtime, url } = await serveEdge(seed, (incident) => incidents.push(incident));
  const heapNow = async (): Promise<number> => {
    await compact(runtime);
    return heapOf((await collectedReports(runtime)).filter(({ host }) => host !== 'main'));
  };
  try {
    const protobufs = await prepare(url);
    const codes = new Map<string, Map<number, number>>();
    const findings: Finding[] = [];
    const one = async (client: WireClient, index: number): Promise<void> => {
      const request = mutatedRequest(chanceOf(seed, index), protobufs);
      const answer = await client.ask(request, EDGE_TOKEN).catch((error: Error): WireAnswer => ({ code: 0, body: Buffer.from(error.message), type: 'no connection', streaming: false }));
      const row = codes.get(request.mutation) ?? new Map<number, number>();
      codes.set(request.mutation, row.set(answer.code, (row.get(answer.code) ?? 0) + 1));
      const what = wrongWith(request, answer, EDGE_TOKEN);
      if (what !== undefined && findings.length < MOST_FINDINGS) findings.push({ index, request, answer, what });
    };
    const range = async (from: number, end: number): Promise<void> => {
      let next = from;
      await Promise.all(
        Array.from({ length: CLIENTS }, async () => {
          const client = new WireClient(url);
          for (let index = next++; index < end; index = next++) {
            await one(client, index);
            if (index % 1000 === 999) progress?.(index + 1);
          }
          client.close();
        }),
      );
    };
    const fifth = Math.floor(count / 5);
    if (only !== undefined) await range(only, only + 1);
    else await range(0, fifth);
    const early = await heapNow();
    if (only === undefined) await range(fifth, count);
    const state = (await runtime.inspect('apiserver'))?.state as { readonly lastPanic?: string } | undefined;
    return { codes, findings, incidents, lastPanic: state?.lastPanic, heap: { early, end: await heapNow() } };
  } finally {
    await runtime.stop('abort');
  }
};

/** Makes the objects that requests speak of, and reads each in protobuf. */
const prepare = async (url: string): Promise<PlainRequest[]> => {
  const client = new WireClient(url);
  for (const request of SEEDS) {
    const { code, body } = await client.ask(request, EDGE_TOKEN);
    if (code !== 201 && code !== 409) throw new Error(`${request.method} ${request.path} was answered ${code}: ${body.toString()}`);
  }
  const writes: PlainRequest[] = [];
  for (const { one, collection } of PROTOBUF_SOURCES) {
    const { code, body } = await client.ask({ method: 'GET', path: one, query: '', headers: { accept: PROTOBUF_TYPE }, body: undefined }, EDGE_TOKEN);
    if (code !== 200) throw new Error(`GET ${one} in protobuf was answered ${code}: ${body.toString()}`);
    const headers = { accept: PROTOBUF_TYPE, 'content-type': PROTOBUF_TYPE };
    writes.push({ method: 'PUT', path: one, query: '', headers, body }, { method: 'POST', path: collection, query: 'dryRun=All', headers, body });
  }
  client.close();
  return writes;
};

/** History is not what a leak is. */
const compact = async (runtime: ThreadsRuntime): Promise<void> => {
  const port = runtime.port('fuzz');
  const status = await port.request(ETCD, { type: 'status' }, seconds(10));
  if ('revision' in status) await port.request(ETCD, { type: 'compact', revision: status.revision }, seconds(10));
  await pause(2000);
};
