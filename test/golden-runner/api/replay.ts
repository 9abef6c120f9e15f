import { compared, converse, type Conversation } from './conversation.js';
import type { ConversationClient } from './conversation-client.js';
import { difference, isRecord, type Json } from './json.js';
import { ageless } from './normaliser.js';

const LETTERS = 'bcdfghjklmnpqrstvwxz';
const randomId = (): string => `r${Array.from({ length: 7 }, () => LETTERS[Math.floor(Math.random() * LETTERS.length)]).join('')}`;

/** Replays a conversation: the first difference, as people read it; undefined if there is none. */
export const replay = async (client: ConversationClient, conversation: Conversation): Promise<string | undefined> => {
  let steps = 0;
  let failure: string | undefined;
  try {
    await converse(client, conversation, randomId(), (step, answer) => {
      steps++;
      const { expect } = step;
      if (expect === undefined) return true;
      // Both sides pass the normaliser's rules for what ages: the recorded side did not know of them yet.
      const found = difference(aged(expect), compared(step, answer));
      if (found) failure = `step ${steps} ${step.method ?? 'events of'} ${step.path ?? step.events ?? ''}: at ${found.at}, ${wordsOf(found.want, found.got)}`;
      return found === undefined;
    });
  } catch (error) {
    failure = `step ${steps + 1}: ${String(error)}`;
  }
  return failure;
};

const LONG = 300;
/** Of two long texts, from where they differ. */
const wordsOf = (want: Json | undefined, got: Json | undefined): string => {
  const [wanted, found] = [shown(want), shown(got)];
  let same = 0;
  while (same < wanted.length && wanted[same] === found[same]) same++;
  const from = wanted.length > LONG || found.length > LONG ? Math.max(0, same - 40) : 0;
  return `want ${cut(wanted, from)}, got ${cut(found, from)}`;
};

const shown = (value: Json | undefined): string => JSON.stringify(value) ?? '(absent)';

const cut = (text: string, from: number): string => `${from > 0 ? '…' : ''}${text.slice(from, from + LONG)}${text.length > from + LONG ? '…' : ''}`;

/** What ages was right on the day of the recording only, and some of it in the same second only. */
const aged = (expect: Json): Json => JSON.parse(JSON.stringify(expect), (_, value: Json) => (isRecord(value) ? ageless(value) : value)) as Json;
