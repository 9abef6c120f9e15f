import { workerData } from 'node:worker_threads';
import type { Catalog } from '../../actor.js';
import type { Reporter } from '../local-host.js';
import type { WorkerStart } from './lifecycle.js';
import { serveHost } from './serve-host.js';

/** The entry of a host's worker thread: loads what the start names, and serves. */
const start = workerData as WorkerStart;
if (start.compact) globalThis.gc?.();
const { catalog } = (await import(start.catalog)) as { readonly catalog: Catalog };
const reporter = start.reporter === undefined ? undefined : ((await import(start.reporter)) as { readonly reporter: () => Reporter }).reporter();
serveHost(catalog, reporter);
