import { existsSync, mkdirSync, readFileSync, renameSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { homedir } from 'node:os';
import { delimiter, dirname, join } from 'node:path';
import { type Document, isMap, isSeq, parseDocument, type YAMLMap, type YAMLSeq } from 'yaml';
import { CommandFailed } from './exit-codes.js';

/** What a kubeconfig must say for kubectl to reach a cluster. */
export interface ClusterAccess {
  readonly url: string;
  /** PEM. */
  readonly certificateAuthority: string;
  readonly token: string;
}

/** Cluster, user and context are all called so. */
export const CONTEXT = 'naumachia';
const LISTS = ['clusters', 'users', 'contexts'] as const;

/** The file that kubectl would write to. */
export const defaultKubeconfig = (): string => process.env['KUBECONFIG']?.split(delimiter).find((path) => path !== '') ?? join(homedir(), '.kube', 'config');

/**
 * Adds the cluster to a kubeconfig and makes it the current one; all else in the file stays as it is, comments too. Returns how to take
 * it out again: the former context is current afterwards, and a file that was made for this is removed.
 */
export const addToKubeconfig = (file: string, access: ClusterAccess): (() => void) => {
  const existed = existsSync(file);
  const config = existed ? read(file) : parseDocument('apiVersion: v1\nkind: Config\n');
  const former = config.get('current-context');
  const formerContext = typeof former === 'string' && former !== CONTEXT ? former : undefined;
  for (const [list, key, entry] of entries(access)) {
    const items = listOf(config, list, file);
    items.items = items.items.filter((item) => !isOurs(item));
    items.add(config.createNode({ name: CONTEXT, [key]: entry }));
  }
  config.set('current-context', CONTEXT);
  write(file, config);
  return () => removeFromKubeconfig(file, access.url, formerContext, existed);
};

const entries = ({ url, certificateAuthority, token }: ClusterAccess): (readonly [(typeof LISTS)[number], string, object])[] => [
  ['clusters', 'cluster', { server: url, 'certificate-authority-data': Buffer.from(certificateAuthority).toString('base64') }],
  ['users', 'user', { token }],
  ['contexts', 'context', { cluster: CONTEXT, user: CONTEXT }],
];

const removeFromKubeconfig = (file: string, url: string, formerContext: string | undefined, existed: boolean): void => {
  if (!existsSync(file)) return;
  const config = read(file);
  const cluster = listOf(config, 'clusters', file).items.find(isOurs);
  // Another cluster may have taken the name since; then the entry is not ours to remove.
  if (!isMap(cluster) || cluster.getIn(['cluster', 'server']) !== url) return;
  let left = 0;
  for (const list of LISTS) {
    const items = listOf(config, list, file);
    items.items = items.items.filter((item) => !isOurs(item));
    left += items.items.length;
  }
  if (!existed && left === 0) return rmSync(file, { force: true });
  if (config.get('current-context') === CONTEXT) config.set('current-context', formerContext ?? '');
  write(file, config);
};

const isOurs = (item: unknown): boolean => isMap(item) && item.get('name') === CONTEXT;

const listOf = (config: Document, list: (typeof LISTS)[number], file: string): YAMLSeq<YAMLMap> => {
  if (config.get(list) === undefined || config.get(list) === null) config.set(list, config.createNode([]));
  const items = config.get(list);
  if (isSeq(items)) return items as YAMLSeq<YAMLMap>;
  throw new CommandFailed(`${file} is no kubeconfig: "${list}" is not a list. Choose another file with --kubeconfig.`);
};

const read = (file: string): Document => {
  const config = parseDocument(readFileSync(file, 'utf8'));
  const [error] = config.errors;
  if (error) throw new CommandFailed(`${file}:${error.linePos?.[0].line ?? 1}: ${error.message.split('\n')[0] ?? 'not YAML'}. Mend it, or choose another file with --kubeconfig.`);
  if (config.contents !== null && !isMap(config.contents)) throw new CommandFailed(`${file} is no kubeconfig. Choose another file with --kubeconfig.`);
  return config.contents === null ? parseDocument('apiVersion: v1\nkind: Config\n') : config;
};

/** Whole or not at all, and readable by its owner alone: it holds a token. */
const write = (file: string, config: Document): void => {
  try {
    mkdirSync(dirname(file), { recursive: true });
    const mode = existsSync(file) ? statSync(file).mode & 0o777 : 0o600;
    writeFileSync(`${file}.naumachia`, config.toString({ lineWidth: 0 }), { mode });
    renameSync(`${file}.naumachia`, file);
  } catch (error) {
    throw new CommandFailed(`cannot write ${file}: ${(error as NodeJS.ErrnoException).code ?? String(error)}. Choose another file with --kubeconfig.`);
  }
};
