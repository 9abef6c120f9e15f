import { ThreadsRuntime } from '@naumachia/core';
import { expect, it } from 'vitest';
import { ConversationClient } from '../../../../../test/replay/conversation-client.js';
import { foundationOf, recordedConversations } from '../../../../../test/replay/recorded.js';
import { replay, totals } from '../../../../../test/replay/replay.js';
import { clusterActors } from '../../cluster.js';
import { openEdge } from './edge.js';

/** How many of the conversations of the foundation pass; raise it when more do, never lower it. */
const PASSING = 332;
const TOKEN = 'admin-token';

it(
  `at least ${PASSING} recorded conversations are answered as by the real server`,
  async () => {
    const catalog = new URL('../../catalog.ts', import.meta.url).href;
    const runtime = await ThreadsRuntime.create({ seed: 1, placement: { hosts: 0, kinds: {}, otherwise: 0 }, catalog, incident: (incident) => expect.fail(JSON.stringify(incident)) });
    await runtime.start(clusterActors({ nodes: 0, latency: 'none', controllers: 'none' }));
    const edge = await openEdge(runtime.port('edge'), { token: TOKEN });
    const client = new ConversationClient(edge.url, TOKEN);
    try {
      const recorded = recordedConversations();
      const wanted = foundationOf('api').flatMap((name) => recorded.get(name) ?? []);
      expect(wanted).toHaveLength(336);
      const results = await replay(client, wanted);
      const failed = results.flatMap(({ name, failure }) => (failure === undefined ? [] : [`FAIL ${name}: ${failure}\n`]));
      process.stdout.write(`${failed.join('')}${totals(results)}\n`);
      expect(results.filter(({ failure }) => failure === undefined).length).toBeGreaterThanOrEqual(PASSING);
    } finally {
      client.close();
      await edge.close();
      await runtime.stop('abort');
    }
  },
  300_000,
);
