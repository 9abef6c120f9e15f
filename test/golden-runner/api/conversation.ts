import { ConversationClient, type ConversationRequest, type WatchedStream } from './conversation-client.js';
import { dig, edited, isRecord, type Json } from './json.js';
import { Normaliser, RUN_ID } from './normaliser.js';

/** A recorded exchange with an API server: what is sent, and what the real one answered (test/golden/api). */
export interface Conversation {
  readonly name: string;
  readonly about?: string;
  /** It changes what everybody sees, so nothing else may run at the same time. */
  readonly alone?: boolean;
  readonly steps: readonly Step[];
}

export interface Step {
  readonly method?: string;
  readonly path?: string;
  readonly headers?: Readonly<Record<string, string | null>>;
  readonly body?: Json;
  readonly bodyText?: string;
  readonly bodyBase64?: string;
  readonly bodyFill?: { readonly before: string; readonly fill: string; readonly times: number; readonly after: string };
  readonly base?: string;
  readonly edit?: readonly (readonly [path: readonly string[], value: Json])[];
  readonly save?: Readonly<Record<string, string>>;
  readonly await?: { readonly status?: number; readonly has?: string };
  readonly quiet?: boolean;
  readonly expect?: Readonly<Record<string, Json>>;
  readonly watch?: string;
  readonly events?: string;
  readonly count?: number;
  readonly until?: string;
  readonly wait?: number;
  readonly close?: string;
  readonly sleep?: number;
}

interface Run {
  readonly id: string;
  readonly saved: Record<string, Json>;
  readonly watches: Record<string, WatchedStream>;
}

const pause = (ms: number): Promise<void> => new Promise((resolve) => setTimeout(resolve, ms));

/** `${name}` is a value that an earlier answer gave; RUN_ID is this run's own id. */
const fill = (text: string, run: Run): string => text.replaceAll(RUN_ID, run.id).replaceAll(/\$\{(\w+)\}/g, (all, name: string) => (name in run.saved ? String(run.saved[name]) : all));

const bodyOf = (step: Step, run: Run): string | Buffer | undefined => {
  if (step.base !== undefined) return fill(JSON.stringify(edited(run.saved[step.base] ?? null, step.edit ?? [])), run);
  if (step.bodyBase64 !== undefined) return Buffer.from(Buffer.from(step.bodyBase64, 'base64').toString('latin1').replaceAll(RUN_ID, run.id), 'latin1');
  if (step.bodyFill !== undefined) return step.bodyFill.before + step.bodyFill.fill.repeat(step.bodyFill.times) + step.bodyFill.after;
  if (step.bodyText !== undefined) return fill(step.bodyText, run);
  return step.body === undefined ? undefined : fill(JSON.stringify(step.body), run);
};

/** Runs the steps; `each` is given every normalised answer and says whether to go on. */
export const converse = async (client: ConversationClient, conversation: Conversation, id: string, each: (step: Step, answer: Json) => boolean): Promise<void> => {
  const run: Run = { id, saved: {}, watches: {} };
  const normaliser = new Normaliser(id);
  try {
    for (const step of conversation.steps) {
      if (step.sleep !== undefined) await pause(step.sleep);
      else if (step.close !== undefined) run.watches[step.close]?.close();
      else {
        const answer = step.events === undefined ? await answerTo(client, step, run, normaliser) : await eventsOf(step, run, normaliser);
        if (!each(step, answer)) return;
      }
    }
  } finally {
    for (const watch of Object.values(run.watches)) watch.close();
  }
};

const eventsOf = async (step: Step, run: Run, normaliser: Normaliser): Promise<Json> => {
  const watch = run.watches[step.events ?? ''];
  const events: Json[] = [];
  while (step.until === 'end' || events.length < (step.count ?? 0)) {
    const event = await watch?.next(step.wait ?? 10_000);
    if (event === undefined) break;
    events.push(normaliser.event(event));
  }
  return step.until === 'end' ? { events, ended: watch?.ended ?? false } : { events };
};

const answerTo = async (client: ConversationClient, step: Step, run: Run, normaliser: Normaliser): Promise<Json> => {
  const body = bodyOf(step, run);
  const headers = Object.fromEntries(Object.entries(step.headers ?? {}).map(([name, value]) => [name, value === null ? null : fill(value, run)]));
  const request: ConversationRequest = { method: step.method ?? 'GET', path: fill(step.path ?? '/', run), headers, body };
  normaliser.request(step.bodyBase64 !== undefined ? `${request.path}${String((body as Buffer).toString('latin1'))}` : JSON.stringify({ ...step, expect: undefined }).replaceAll(RUN_ID, run.id));
  if (step.watch !== undefined) {
    const watch = await client.watch(request);
    run.watches[step.watch] = watch;
    const { status, headers: got } = watch;
    return status === 200 ? { status, headers: got } : { status, headers: got, body: normaliser.body(Buffer.from(watch.text), got['content-type'] as string | undefined) ?? null };
  }
  const deadline = Date.now() + 30_000;
  let answer = await client.request(request);
  while (step.await !== undefined && Date.now() < deadline && !reached(step.await, answer, run)) {
    await pause(100);
    answer = await client.request(request);
  }
  const type = String(answer.headers['content-type'] ?? '');
  if (step.save !== undefined && type.includes('json')) {
    const parsed = JSON.parse(answer.body.toString()) as Json;
    for (const [name, at] of Object.entries(step.save)) run.saved[name] = (at === '' ? parsed : dig(parsed, at)) ?? null;
  }
  // Where only the status counts, the values are given no numbers.
  if (step.quiet === true || (step.expect !== undefined && !('headers' in step.expect))) return { status: answer.status };
  const got: Record<string, Json> = { status: answer.status, headers: Object.fromEntries(Object.entries(answer.headers).map(([name, value]) => [name, normaliser.json(value)])) };
  const normalised = normaliser.body(answer.body, type);
  if (normalised !== undefined) got.body = normalised;
  return got;
};

const reached = (wanted: NonNullable<Step['await']>, answer: { readonly status: number; readonly body: Buffer }, run: Run): boolean =>
  (wanted.status === undefined || answer.status === wanted.status) && (wanted.has === undefined || answer.body.toString().includes(fill(wanted.has, run)));

/** What of an answer a step expects: all of it, or its status alone. */
export const compared = (step: Step, answer: Json): Json => {
  const { expect } = step;
  if (expect === undefined || 'events' in expect || 'headers' in expect || !isRecord(answer)) return answer;
  return { status: answer.status ?? null };
};
