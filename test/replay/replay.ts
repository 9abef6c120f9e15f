import { compared, converse, type Conversation } from './conversation.js';
import type { ConversationClient } from './conversation-client.js';
import { difference, type Json } from './json.js';

export interface ReplayResult {
  readonly name: string;
  /** The first difference, as people read it; undefined if there is none. */
  readonly failure: string | undefined;
}

/** Replays conversations, several at a time; those that change what everybody sees one after another at the end. */
export const replay = async (client: ConversationClient, conversations: readonly Conversation[], jobs = 4): Promise<ReplayResult[]> => {
  const results: ReplayResult[] = [];
  const work = async (queue: Conversation[]): Promise<void> => {
    for (let next = queue.shift(); next; next = queue.shift()) results.push({ name: next.name, failure: await replayOne(client, next) });
  };
  const together = conversations.filter((conversation) => conversation.alone !== true);
  await Promise.all(Array.from({ length: jobs }, () => work(together)));
  await work(conversations.filter((conversation) => conversation.alone === true));
  return results.sort((a, b) => (a.name < b.name ? -1 : 1));
};

const LETTERS = 'bcdfghjklmnpqrstvwxz';
const randomId = (): string => `r${Array.from({ length: 7 }, () => LETTERS[Math.floor(Math.random() * LETTERS.length)]).join('')}`;

const replayOne = async (client: ConversationClient, conversation: Conversation): Promise<string | undefined> => {
  let steps = 0;
  let failure: string | undefined;
  try {
    await converse(client, conversation, randomId(), (step, answer) => {
      steps++;
      const { expect } = step;
      if (expect === undefined) return true;
      // Both sides pass the normaliser's rules for what ages: the recorded side did not know of them yet.
      const found = difference(aged(expect), compared(step, answer));
      if (found) failure = `step ${steps} ${step.method ?? 'events of'} ${step.path ?? step.events ?? ''}: at ${found.at}, want ${shown(found.want)}, got ${shown(found.got)}`;
      return found === undefined;
    });
  } catch (error) {
    failure = `step ${steps + 1}: ${String(error)}`;
  }
  return failure;
};

const shown = (value: Json | undefined): string => {
  const text = JSON.stringify(value) ?? '(absent)';
  return text.length > 300 ? `${text.slice(0, 300)}…` : text;
};

/** `7 (6y326d ago)` was right on the day of the recording only. */
const aged = (expect: Json): Json => JSON.parse(JSON.stringify(expect).replaceAll(/ \((\d+[smhdy])+ ago\)/g, ' (<age> ago)')) as Json;

/** `N of M passed` per family and for all. */
export const totals = (results: readonly ReplayResult[]): string => {
  const families = new Map<string, { passed: number; all: number }>();
  for (const { name, failure } of results) {
    const family = name.split('/', 1)[0] ?? '';
    const count = families.get(family) ?? { passed: 0, all: 0 };
    families.set(family, { passed: count.passed + (failure === undefined ? 1 : 0), all: count.all + 1 });
  }
  const lines = [...families].map(([family, { passed, all }]) => `${family.padEnd(18)}${passed} of ${all} passed`);
  return [...lines, `${'total'.padEnd(18)}${results.filter(({ failure }) => failure === undefined).length} of ${results.length} passed`].join('\n');
};
