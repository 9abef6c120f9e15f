import { statSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { type HostBuild, kindOfName } from '@naumachia/core';

/** What a worker with one component of a node loads; others have more to load than is in there. */
const KINDS = new Set(['kubelet', 'kube-proxy']);
const FOLDER = new URL('../hosts/', import.meta.url);
/** What the compiler wrote last, beside each package that is bundled. */
const COMPILED = ['../.tsbuildinfo', '../../../actors/dist/.tsbuildinfo', '../../../core/dist/.tsbuildinfo'];

/**
 * The bundle that `scripts/bundle-hosts.mjs` made for the workers of nodes, as `ThreadsOptions.build`. Undefined if there is none, or
 * if a package has been compiled since: what runs is always what was compiled last.
 */
export const nodeHostBuild = (): ((host: string) => HostBuild | undefined) | undefined => {
  const bundled = timeOf(new URL('host-worker.js', FOLDER));
  if (bundled === undefined || COMPILED.some((file) => (timeOf(new URL(file, import.meta.url)) ?? 0) > bundled)) return undefined;
  const build: HostBuild = { worker: url('host-worker.js'), catalog: url('catalog.js'), reporter: url('reporter.js') };
  return (host) => (KINDS.has(kindOfName(host)) ? build : undefined);
};

const url = (file: string): string => new URL(file, FOLDER).href;

const timeOf = (file: URL): number | undefined => statSync(fileURLToPath(file), { throwIfNoEntry: false })?.mtimeMs;
