import { readdirSync, readFileSync } from 'node:fs';
import type { Conversation } from './conversation.js';

const GOLDEN = new URL('../golden/', import.meta.url);

/** The names that test/golden/foundation.txt lists of a set. */
export const foundationOf = (set: string): string[] =>
  readFileSync(new URL('foundation.txt', GOLDEN), 'utf8')
    .split('\n')
    .filter((line) => line.startsWith(`${set} `))
    .map((line) => line.slice(set.length + 1).trim());

/** Every conversation that is kept in the repository, by name. */
export const recordedConversations = (): Map<string, Conversation> => {
  const root = new URL('api/conversations/', GOLDEN);
  const all = new Map<string, Conversation>();
  for (const family of readdirSync(root).sort()) {
    for (const file of readdirSync(new URL(`${family}/`, root)).sort()) {
      const conversation = JSON.parse(readFileSync(new URL(`${family}/${file}`, root), 'utf8')) as Conversation;
      all.set(conversation.name, conversation);
    }
  }
  return all;
};
