import { statSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { type HostBuild, kindOfName } from '@naumachia/core';

/** Components of nodes: each has a bundle of what its worker loads. */
const KINDS = new Set(['kubelet', 'kube-proxy']);
/** The bundle of everything, for a host of many actors (`host-0`), and for each of the control plane's, of which there are few. */
const PACKED = 'packed';
const PACKED_HOST = /^(host-\d+|etcd|apiserver|controller-manager|scheduler)$/;
const FOLDER = new URL('../hosts/', import.meta.url);
/** What the compiler wrote last, beside each package that is bundled. */
const COMPILED = ['../.tsbuildinfo', '../../../actors/dist/.tsbuildinfo', '../../../core/dist/.tsbuildinfo'];

/**
 * The bundles that `scripts/bundle-hosts.mjs` made for the workers of packed hosts, of control planes and of nodes, as `ThreadsOptions.build`. Undefined if there are none, or
 * if a package has been compiled since: what runs is always what was compiled last.
 */
export const nodeHostBuild = (): ((host: string) => HostBuild | undefined) | undefined => {
  const bundled = [...KINDS, PACKED].map((kind) => timeOf(entryOf(kind)));
  const compiled = COMPILED.map((file) => timeOf(new URL(file, import.meta.url)) ?? 0);
  if (bundled.some((time) => time === undefined || compiled.some((later) => later > time))) return undefined;
  return (host) => {
    if (PACKED_HOST.test(host)) return { worker: entryOf(PACKED).href };
    const kind = kindOfName(host);
    if (!KINDS.has(kind)) return undefined;
    const code = new URL(`${kind}.code`, FOLDER);
    return { worker: entryOf(kind).href, files: [new URL(`${kind}.js`, FOLDER), ...(timeOf(code) === undefined ? [] : [code])].map(({ href }) => href) };
  };
};

const entryOf = (kind: string): URL => new URL(`${kind}.cjs`, FOLDER);

const timeOf = (file: URL): number | undefined => statSync(fileURLToPath(file), { throwIfNoEntry: false })?.mtimeMs;
