import { chanceOf } from './chance.js';
import { type PlainRequest, SEEDS } from './corpus.js';
import { type MutatedRequest, mutatedRequest } from './mutations.js';
import { serveEdge, EDGE_TOKEN } from './served-edge.js';
import { WireClient, type WireAnswer } from './wire-client.js';

/** Another API server without controllers, started for this: objects of the kinds that the corpus speaks of are deleted there. */
export interface Reference {
  readonly url: string;
  readonly token: string;
}

export interface Difference {
  readonly index: number;
  readonly request: MutatedRequest;
  /** The first place where the answers differ, and what stands there. */
  readonly what: string;
  readonly theirs: WireAnswer;
  readonly ours: WireAnswer;
}

export interface Comparison {
  readonly asked: number;
  readonly differences: readonly Difference[];
}

interface Side {
  readonly client: WireClient;
  readonly token: string;
}

/** So many requests, at most, between two returns to the same objects. */
const TOGETHER = 150;
const MERGE = 'application/merge-patch+json';

/** Sends the same mutated requests to a server of ours and to another one, and compares what both answer. */
export const compareWith = async (reference: Reference, { seed, count, progress }: { readonly seed: number; readonly count: number; readonly progress?: (done: number) => void }): Promise<Comparison> => {
  const { runtime, url } = await serveEdge(seed, () => {});
  const sides = [{ client: new WireClient(reference.url), token: reference.token }, { client: new WireClient(url), token: EDGE_TOKEN }] as const;
  const differences: Difference[] = [];
  let asked = 0;
  let since = TOGETHER;
  try {
    for (let index = 0; index < count; index++) {
      const request = mutatedRequest(chanceOf(seed, index), UNUSED);
      if (!isComparable(request)) continue;
      if (since++ >= TOGETHER) {
        await Promise.all(sides.map(reset));
        since = 0;
      }
      const [theirs, ours] = (await Promise.all(sides.map((side) => ask(side, request)))) as [WireAnswer, WireAnswer];
      asked++;
      const what = theirs.code === ours.code ? firstDifference(comparableOf(theirs), comparableOf(ours)) : `code ${theirs.code} | ${ours.code}`;
      if (what !== undefined) differences.push({ index, request, what, theirs, ours });
      // What one did and the other did not would show for long.
      if (theirs.code !== ours.code) since = TOGETHER;
      progress?.(index + 1);
    }
    return { asked, differences };
  } finally {
    for (const { client } of sides) client.close();
    await runtime.stop('abort');
  }
};

/** Protobuf holds the versions of the server that wrote it, which the other one refuses: none is compared. */
const UNUSED: readonly PlainRequest[] = [SEEDS[0] as PlainRequest];

const ask = ({ client, token }: Side, request: PlainRequest): Promise<WireAnswer> => client.ask(request, token);

/** Below HTTP each server has words of its own, streams end by the clock, and some paths tell of the server. */
const isComparable = ({ mutation, method, path, query }: MutatedRequest): boolean =>
  !['headers', 'path', 'method', 'protobuf'].includes(mutation) && method !== 'CONNECT' && !/(^|&)watch=/.test(query) && !/\/(log|exec)$|^\/(api)?$|^\/(metrics|openapi|healthz|readyz|livez|version)|selfsubject/.test(path);

const plain = (method: string, path: string, body?: object, type = 'application/json'): PlainRequest => ({
  method, path, query: '', headers: { accept: 'application/json', ...(body && { 'content-type': type }) }, body: body && Buffer.from(JSON.stringify(body)),
});

const NAMESPACES = '/api/v1/namespaces';
const OWN = new Set(['default', 'kube-system', 'kube-public', 'kube-node-lease']);

interface Listed {
  readonly metadata: { readonly name: string; readonly finalizers?: readonly string[] };
}

/** Deletes all that there is of the kinds of the corpus, whatever waits for it, and makes the objects anew that the corpus speaks of. */
const reset = async (side: Side): Promise<void> => {
  const json = async (request: PlainRequest): Promise<object> => JSON.parse((await ask(side, request)).body.toString()) as object;
  for (const collection of new Set([...SEEDS.map(({ path }) => path).filter((path) => path !== NAMESPACES), NAMESPACES])) {
    const { items = [] } = (await json(plain('GET', collection))) as { readonly items?: readonly Listed[] };
    for (const { metadata } of items) {
      const one = `${collection}/${encodeURIComponent(metadata.name)}`;
      if (collection === NAMESPACES && OWN.has(metadata.name)) continue;
      if (metadata.finalizers !== undefined) await ask(side, plain('PATCH', one, { metadata: { finalizers: null } }, MERGE));
      await ask(side, plain('DELETE', one, { gracePeriodSeconds: 0 }));
      if (collection !== NAMESPACES) continue;
      const left = await json(plain('GET', one));
      if ('spec' in left) await ask(side, plain('PUT', `${one}/finalize`, Object.assign({}, left, { spec: { finalizers: [] } })));
    }
  }
  for (const request of SEEDS) await ask(side, request);
};

/** An answer without what differs from run to run: versions, identities, times, addresses and what the server made up. */
const comparableOf = ({ type, body }: WireAnswer): unknown => {
  if (type.includes('protobuf')) return '';
  const text = body.toString();
  return type.startsWith('application/json') && text !== '' ? comparable(JSON.parse(text), '') : comparableText(text);
};

const comparable = (value: unknown, field: string): unknown => {
  if (typeof value === 'string') return ['resourceVersion', 'continue'].includes(field) ? field : comparableText(value);
  if (field === 'nodePort') return field;
  if (typeof value !== 'object' || value === null) return value;
  if (!Array.isArray(value)) return Object.fromEntries(Object.entries(value).sort(([a], [b]) => (a < b ? -1 : 1)).map(([key, part]) => [key, comparable(part, key)]));
  const items = value.map((item) => comparable(item, field));
  return field === 'managedFields' ? items.sort((a, b) => (JSON.stringify(a) < JSON.stringify(b) ? -1 : 1)) : items;
};

const comparableText = (text: string): string =>
  text
    .replaceAll(/[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}/g, '<uid>')
    .replaceAll(/20\d\d-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d+)?Z/g, '<time>')
    .replaceAll(/10\.96\.\d+\.\d+/g, '<ip>')
    .replaceAll(/(resourceVersion\\*"?: ?\\*"|continue: |nodePort: |in record \(|object meta: )\d+/g, '$1<n>')
    .replaceAll(/kube-api-access-\w{5}/g, '<volume>')
    .replace(/^\d+(s|m(\d+s)?)$/, '<age>');

const firstDifference = (theirs: unknown, ours: unknown, at = ''): string | undefined => {
  if (theirs === ours) return undefined;
  if (typeof theirs !== 'object' || typeof ours !== 'object' || theirs === null || ours === null) return `${at}: ${JSON.stringify(theirs) ?? 'nothing'} | ${JSON.stringify(ours) ?? 'nothing'}`;
  for (const key of new Set([...Object.keys(theirs), ...Object.keys(ours)])) {
    const found = firstDifference(ownOf(theirs, key), ownOf(ours, key), `${at}/${key}`);
    if (found !== undefined) return found;
  }
  return undefined;
};

const ownOf = (object: object, key: string): unknown => (Object.hasOwn(object, key) ? (object as Readonly<Record<string, unknown>>)[key] : undefined);
