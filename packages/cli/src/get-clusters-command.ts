import { EXIT } from './exit-codes.js';
import { contextOf } from './kubeconfig-file.js';
import { chosenCluster, findClusters, type FoundCluster, tellOfCrash } from './running/clusters.js';
import { print } from './standard-output.js';

export interface GetClustersFlags {
  readonly output: 'table' | 'wide' | 'json' | 'yaml' | 'name';
}

/** `naumachia get clusters`: the clusters of this user that run. Resolves with the exit code. */
export const getClusters = async (names: readonly string[], { output }: GetClustersFlags): Promise<number> => {
  const all = await findClusters(tellOfCrash);
  const clusters = names.length === 0 ? all : names.map((name) => chosenCluster(all, name));
  if (clusters.length === 0 && (output === 'table' || output === 'wide')) process.stderr.write('No clusters are running. "naumachia up" starts one.\n');
  else await print(await textOf(clusters, output));
  return EXIT.done;
};

const textOf = async (clusters: readonly FoundCluster[], output: GetClustersFlags['output']): Promise<string> => {
  switch (output) {
    case 'json':
      return `${JSON.stringify(clusters.map(described), undefined, 2)}\n`;
    case 'yaml':
      return (await import('yaml')).stringify(clusters.map(described), { lineWidth: 0 });
    case 'name':
      return clusters.map(({ entry }) => `${entry.name}\n`).join('');
    case 'table':
    case 'wide':
      return table(clusters, output === 'wide');
  }
};

/** The fields of `-o json`; their names are stable. */
const described = ({ entry, status }: FoundCluster): object => {
  const { name, pid, startedAt, version, mode, nodes, url, socket, log, kubeconfigs } = entry;
  return { name, status, mode, nodes, url: url ?? null, context: contextOf(name), kubeconfigs: kubeconfigs.map(({ file }) => file), startedAt, pid, version, socket, log: log ?? null };
};

const COLUMNS: readonly { readonly title: string; readonly wide?: boolean; of(cluster: FoundCluster): string }[] = [
  { title: 'NAME', of: ({ entry }) => entry.name },
  { title: 'STATUS', of: ({ status }) => status },
  { title: 'MODE', of: ({ entry }) => entry.mode },
  { title: 'NODES', of: ({ entry }) => String(entry.nodes) },
  { title: 'AGE', of: ({ entry }) => age(Date.now() - Date.parse(entry.startedAt)) },
  { title: 'SERVER', of: ({ entry }) => entry.url ?? '<none>' },
  { title: 'CONTEXT', wide: true, of: ({ entry }) => contextOf(entry.name) },
  { title: 'PID', wide: true, of: ({ entry }) => String(entry.pid) },
  { title: 'KUBECONFIG', wide: true, of: ({ entry }) => entry.kubeconfigs.map(({ file }) => file).join(',') || '<none>' },
  { title: 'LOG', wide: true, of: ({ entry }) => entry.log ?? '<none>' },
];

/** As kubectl aligns its tables: three blanks between columns. */
const table = (clusters: readonly FoundCluster[], isWide: boolean): string => {
  const columns = COLUMNS.filter(({ wide }) => isWide || wide !== true);
  const rows = [columns.map(({ title }) => title), ...clusters.map((cluster) => columns.map(({ of }) => of(cluster)))];
  const widths = columns.map((_, at) => Math.max(...rows.map((row) => (row[at] ?? '').length)));
  return rows.map((row) => `${row.map((text, at) => text.padEnd((widths[at] ?? 0) + 3)).join('').trimEnd()}\n`).join('');
};

const UNITS = [['d', 86_400], ['h', 3600], ['m', 60]] as const;

/** The largest unit with two below ten of it, roughly as kubectl shows ages: `45s`, `3m20s`, `5h`. */
const age = (milliseconds: number): string => {
  const seconds = Math.max(0, Math.floor(milliseconds / 1000));
  for (const [index, [unit, of]] of UNITS.entries()) {
    const count = Math.floor(seconds / of);
    // As duration.HumanDuration of apimachinery: seconds to two minutes, then minutes with seconds to ten, and so on.
    if (count < 2) continue;
    const [below, ofBelow] = UNITS[index + 1] ?? ['s', 1];
    const rest = Math.floor((seconds % of) / ofBelow);
    return count < 10 && rest > 0 ? `${count}${unit}${rest}${below}` : `${count}${unit}`;
  }
  return `${seconds}s`;
};
