import { platform, setPriority } from 'node:os';
import { parentPort, workerData } from 'node:worker_threads';
import * as Comlink from 'comlink';
import nodeEndpoint from 'comlink/dist/esm/node-adapter.mjs';
import type { Catalog } from '../../actor.js';
import { codec, useStructures } from '../../codec.js';
import { LocalHost, type Reporter } from '../local-host.js';
import { FileDisks } from './file-disks.js';
import type { HostNotice, WorkerNotice, WorkerStart } from './lifecycle.js';
import { LARGEST_SHARED, PortPeers } from './port-peers.js';
import { ReportsGathered } from './reports-gathered.js';
import { SharedDisks } from './shared-disks.js';
import { turnMarker } from './turn-cell.js';

/** Serves the host that this worker was started for: with its control surface, its ports to other hosts, and what it tells the main thread. */
export const serveHost = (catalog: Catalog, reporter: Reporter | undefined): void => {
  const start = workerData as WorkerStart;
  // On Linux this is the calling thread's own; elsewhere it would be the whole process's.
  if (start.niceness !== 0 && platform() === 'linux') setPriority(start.niceness);
  const tell = (notice: WorkerNotice): void => parentPort?.postMessage(notice);
  useStructures(catalog.structures ?? [], catalog.codecId);
  const peers = new PortPeers(start.name, { resolve: (actor) => tell({ notice: 'resolve', actor }) }, reporter?.observer, start.compact ? LARGEST_SHARED : undefined);
  const gathered = new ReportsGathered((request) => tell({ notice: 'gather', request }));
  // One notice for all that start together: a thousand of them would cost the worker as much time as the starts.
  let starting: { readonly first: number; readonly actors: readonly string[] } = { first: 0, actors: [] };
  const host = new LocalHost({
    name: start.name,
    index: start.index,
    incarnation: start.incarnation,
    seed: start.seed,
    catalog,
    disks: start.disks.type === 'files' ? new FileDisks(start.disks.folder) : new SharedDisks(start.disks.segments, tell),
    peers,
    reporter,
    reports: () => gathered.ask(),
    marker: turnMarker(start.turnCell, (of, index, name) => {
      if (of === 'step' || starting.actors[index - starting.first] !== name) tell({ notice: 'name', of, index, name });
    }),
    starting: (first, actors) => {
      starting = { first, actors };
      tell({ notice: 'names', first, actors });
    },
    latencies: start.latencies,
    isPrompt: start.niceness === 0,
    recode: start.recode ? (message) => codec().recode(message) : undefined,
    failed: (actor, error) => tell({ notice: 'failed', actor: actor.actor, error: textOf(error) }),
    escalate: (actor, error) => tell({ notice: 'escalated', actor: actor.actor, error: textOf(error) }),
  });
  parentPort?.on('message', (notice: HostNotice) => {
    if (notice.notice === 'gathered') gathered.answered(notice.request, notice.reports);
    else peers.noticed(notice);
  });
  Comlink.expose(host, nodeEndpoint(start.control));
  tell({ notice: 'ready' });
};

const textOf = (error: unknown): string => (error instanceof Error ? (error.stack ?? error.message) : String(error));
