import { join } from 'node:path';
import { ConversationClient } from './api/conversation-client.js';
import type { Conversation } from './api/conversation.js';
import { replay } from './api/replay.js';
import { usesOfConversation } from './api/uses.js';
import { startClusterProcess } from './cluster-process.js';
import { FEATURES_NOT_BUILT } from './features-not-built.js';
import { caseFrom, entriesOf, filesOf, isFolder, parseCase, readText } from './golden-files.js';
import { defineGoldenSet, type GoldenCase } from './golden-set.js';

const casesOf = (folder: string, more: readonly string[]): GoldenCase<Conversation>[] =>
  entriesOf(folder)
    .filter((name) => isFolder(join(folder, name)))
    .flatMap((family) =>
      filesOf(join(folder, family), '.json').map((file) => caseFrom(file, () => {
        const conversation = parseCase<Conversation>(file, readText(file), { name: 'string', steps: 'array' });
        return { family, name: conversation.name, uses: [...more, ...usesOfConversation(conversation)], alone: conversation.alone === true ? 'last' : undefined, content: conversation };
      })),
    );

/** Conversations with an API server, recorded without controllers: one file of `conversations/FAMILY/` is a case. */
export const apiSet = defineGoldenSet<Conversation>({
  name: 'api',
  notBuilt: FEATURES_NOT_BUILT.api,
  jobs: 4,
  read: (folder) => {
    const conversations = join(folder, 'conversations');
    // These need a server that was restarted on a store which somebody else had compacted.
    const compacted = join(folder, 'conversations-compacted');
    return [...casesOf(isFolder(conversations) ? conversations : folder, []), ...(isFolder(compacted) ? casesOf(compacted, ['a store that was compacted from outside']) : [])];
  },
  open: async () => {
    const cluster = await startClusterProcess(['--nodes', '0', '--controllers', 'none']);
    const client = new ConversationClient(cluster.url, cluster.token);
    return {
      compare: (conversation) => replay(client, conversation),
      close: async () => {
        client.close();
        await cluster.stop();
      },
    };
  },
});
