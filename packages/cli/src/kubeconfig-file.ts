import { closeSync, existsSync, mkdirSync, openSync, readFileSync, realpathSync, renameSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { homedir } from 'node:os';
import { delimiter, dirname, join, resolve } from 'node:path';
import { type Document, isMap, isSeq, parseDocument, type YAMLMap, type YAMLSeq } from 'yaml';
import { CommandFailed } from './exit-codes.js';

/** What a kubeconfig must say for kubectl to reach a cluster. */
export interface ClusterAccess {
  /** Cluster, user and context are all called so. */
  readonly context: string;
  readonly url: string;
  /** PEM. */
  readonly certificateAuthority: string;
  readonly token: string;
}

/** A cluster in a kubeconfig, and how to take it out again: plain data, so that another process can. */
export interface KubeconfigEntry {
  readonly file: string;
  readonly context: string;
  readonly url: string;
  /** What was the current context before, then what was before that was added, and so on. */
  readonly formerContexts: readonly string[];
  /** The file was there before. */
  readonly existed: boolean;
}

const LISTS = ['clusters', 'users', 'contexts'] as const;
const OWN = 'naumachia';

/** The context of a cluster by its name. Whoever calls a cluster `office` does not lose a context of that name. */
export const contextOf = (name: string): string => (name === OWN || name.startsWith(`${OWN}-`) ? name : `${OWN}-${name}`);

/** The file that kubectl would write to. */
export const defaultKubeconfig = (): string => process.env['KUBECONFIG']?.split(delimiter).find((path) => path !== '') ?? join(homedir(), '.kube', 'config');

/** A kubeconfig of this cluster alone. */
export const kubeconfigText = (access: ClusterAccess): string => {
  const config = emptyConfig();
  enter(config, access, 'kubeconfig');
  return config.toString({ lineWidth: 0 });
};

/**
 * Adds the cluster to a kubeconfig and makes it the current one; all else in the file stays as it is, comments too. `others` are those that clusters
 * have added: where one of them is current, what was so before it is remembered as well.
 */
export const addToKubeconfig = (path: string, access: ClusterAccess, others: readonly KubeconfigEntry[] = []): KubeconfigEntry => {
  const file = resolve(path);
  return locked(file, () => {
    const existed = existsSync(file);
    const config = existed ? read(file) : emptyConfig();
    const current = config.get('current-context');
    const former = typeof current === 'string' && current !== access.context ? current : undefined;
    enter(config, access, file);
    write(file, config);
    const before = others.find((other) => other.file === file && other.context === former);
    return { file, context: access.context, url: access.url, formerContexts: former === undefined || former === '' ? [] : [former, ...(before?.formerContexts ?? [])], existed: others.find((other) => other.file === file)?.existed ?? existed };
  });
};

/** Takes a cluster out again: a former context is current afterwards, and a file that was made for it is removed. */
export const removeFromKubeconfig = ({ file, context, url, formerContexts, existed }: KubeconfigEntry): void => {
  if (!existsSync(file)) return;
  locked(file, () => {
    const config = read(file);
    const cluster = listOf(config, 'clusters', file).items.find((item) => isCalled(item, context));
    // Another cluster may have taken the name since; then the entry is not ours to remove.
    if (!isMap(cluster) || cluster.getIn(['cluster', 'server']) !== url) return;
    let left = 0;
    for (const list of LISTS) {
      const items = listOf(config, list, file);
      items.items = items.items.filter((item) => !isCalled(item, context));
      left += items.items.length;
    }
    if (!existed && left === 0) return rmSync(file, { force: true });
    if (config.get('current-context') === context) {
      const contexts = listOf(config, 'contexts', file).items;
      config.set('current-context', formerContexts.find((former) => contexts.some((item) => isCalled(item, former))) ?? '');
    }
    write(file, config);
  });
};

const enter = (config: Document, { context, url, certificateAuthority, token }: ClusterAccess, file: string): void => {
  const entries = {
    clusters: { cluster: { server: url, 'certificate-authority-data': Buffer.from(certificateAuthority).toString('base64') } },
    users: { user: { token } },
    contexts: { context: { cluster: context, user: context } },
  };
  for (const list of LISTS) {
    const items = listOf(config, list, file);
    items.items = items.items.filter((item) => !isCalled(item, context));
    items.add(config.createNode({ name: context, ...entries[list] }));
  }
  config.set('current-context', context);
};

const isCalled = (item: unknown, name: string): boolean => isMap(item) && item.get('name') === name;

const emptyConfig = (): Document => parseDocument('apiVersion: v1\nkind: Config\n');

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
  return config.contents === null ? emptyConfig() : config;
};

/** Whole or not at all, and readable by its owner alone: it holds a token. */
const write = (file: string, config: Document): void => {
  try {
    const mode = existsSync(file) ? statSync(file).mode & 0o777 : 0o600;
    // A link stays one.
    const target = existsSync(file) ? realpathSync(file) : file;
    writeFileSync(`${target}.naumachia`, config.toString({ lineWidth: 0 }), { mode });
    renameSync(`${target}.naumachia`, target);
  } catch (error) {
    throw unwritable(file, error);
  }
};

const unwritable = (file: string, error: unknown): CommandFailed => new CommandFailed(`cannot write ${file}: ${(error as NodeJS.ErrnoException).code ?? String(error)}. Choose another file with --kubeconfig.`);

const LOCK_TRIES = 100;
const LOCK_WAIT_MS = 30;

/** Nobody else changes the file meanwhile: with the lock that kubectl takes (`lockFile` in client-go's clientcmd). */
const locked = <T>(file: string, change: () => T): T => {
  const lock = `${file}.lock`;
  for (let tries = 1; ; tries++) {
    try {
      mkdirSync(dirname(file), { recursive: true });
      closeSync(openSync(lock, 'wx'));
      break;
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code !== 'EEXIST') throw unwritable(file, error);
      if (tries === LOCK_TRIES) throw new CommandFailed(`${file} is locked: another program is writing it. If there is none, remove ${lock} and try again.`);
      Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, LOCK_WAIT_MS);
    }
  }
  try {
    return change();
  } finally {
    rmSync(lock, { force: true });
  }
};
