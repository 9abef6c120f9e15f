import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { apiSet } from './api.js';
import { type CaseResult, type GoldenSet, MalformedCase, type Outcome, type RunOptions, UnreadableFolder } from './golden-set.js';
import { kubeProxySet } from './kube-proxy.js';
import { kubectlSet } from './kubectl.js';
import { kubeletSet } from './kubelet.js';
import { dataOf, reportOf, textOfTotals, totalsOf } from './report.js';
import { schedulerSet } from './scheduler.js';
import { timelinesSet } from './timelines.js';


export const GOLDEN_SETS: readonly GoldenSet[] = [apiSet, kubectlSet, timelinesSet, kubeletSet, schedulerSet, kubeProxySet];

const USAGE = `usage: npm run golden -- [SET [DIR]] [--only REGEXP] [--jobs N] [--progress] [-o text|json]
Compares this project with recorded answers of the real components.
  SET            ${GOLDEN_SETS.map(({ name }) => name).join(', ')}; all of them if none is named
  DIR            a folder of the set's format (default: test/golden/SET)
  --only REGEXP  only cases or families whose name matches
  --jobs N       how many cases run at the same time, where they can
  --progress     a line on stderr for each case as soon as it has run
  -o json        everything as one JSON document
Ends with 0 if nothing failed, with 1 if something did, with 2 if the command, the folder or a case cannot be read.
`;

class UsageError extends Error {
  override readonly name = 'UsageError';
}

interface Request {
  readonly sets: readonly { readonly set: GoldenSet; readonly folder: string }[];
  readonly only: RegExp | undefined;
  readonly jobs: number | undefined;
  readonly json: boolean;
  readonly ran: RunOptions['ran'];
}

/** Carries the command out and returns its exit code; `golden` is the folder that holds the sets of the repository. */
export const goldenCommand = async (args: readonly string[], golden: string): Promise<number> => {
  try {
    const request = requestOf(args, golden);
    if (request === 'help') {
      process.stdout.write(USAGE);
      return 0;
    }
    // All folders are read before anything runs: a malformed case is said at once.
    const loaded = request.sets.map(({ set, folder }) => ({ set, cases: set.read(folder) }));
    const all: CaseResult[] = [];
    for (const { set, cases } of loaded) {
      const results = await cases.run(request);
      all.push(...results);
      if (!request.json) process.stdout.write(reportOf(set.name, results));
    }
    if (request.json) process.stdout.write(`${JSON.stringify(dataOf(all), undefined, 1)}\n`);
    else if (loaded.length > 1) process.stdout.write(`all sets  ${textOfTotals(totalsOf(all.map(({ outcome }) => outcome)))}\n`);
    return all.some(({ outcome }) => outcome.type === 'failed') ? 1 : 0;
  } catch (error) {
    if (error instanceof UsageError) process.stderr.write(`${error.message}\n${USAGE}`);
    else if (error instanceof MalformedCase || error instanceof UnreadableFolder) process.stderr.write(`${error.message}\n`);
    else throw error;
    return 2;
  }
};

const requestOf = (args: readonly string[], golden: string): Request | 'help' => {
  const { values, positionals } = parsed(args);
  if (values.help) return 'help';
  const [name = 'all', folder, ...surplus] = positionals;
  if (surplus.length > 0) throw new UsageError(`at most a set and a folder can be named, and these are more: ${surplus.join(' ')}`);
  const sets = name === 'all' ? GOLDEN_SETS : GOLDEN_SETS.filter((set) => set.name === name);
  if (sets.length === 0) throw new UsageError(`there is no golden set "${name}"`);
  if (name === 'all' && folder !== undefined) throw new UsageError('a folder belongs to one set: name it');
  if (values.output !== 'text' && values.output !== 'json') throw new UsageError(`-o "${values.output}" is neither text nor json`);
  return { sets: sets.map((set) => ({ set, folder: folder ?? join(golden, set.name) })), only: patternOf(values.only), jobs: numberOf(values.jobs), json: values.output === 'json', ran: values.progress ? said : undefined };
};

const said = (name: string, outcome: Outcome): void => void process.stderr.write(`${outcome.type} ${name}${outcome.type === 'failed' ? `: ${outcome.difference}` : ''}\n`);

const parsed = (args: readonly string[]) => {
  try {
    return parseArgs({
      args: [...args],
      allowPositionals: true,
      options: { only: { type: 'string' }, jobs: { type: 'string' }, output: { type: 'string', short: 'o', default: 'text' }, progress: { type: 'boolean', default: false }, help: { type: 'boolean', short: 'h', default: false } },
    });
  } catch (error) {
    throw new UsageError(error instanceof Error ? error.message : String(error));
  }
};

const patternOf = (text: string | undefined): RegExp | undefined => {
  try {
    return text === undefined ? undefined : new RegExp(text);
  } catch (error) {
    throw new UsageError(`--only: ${error instanceof Error ? error.message : String(error)}`);
  }
};

const numberOf = (text: string | undefined): number | undefined => {
  if (text === undefined) return undefined;
  if (!/^[1-9]\d{0,2}$/.test(text)) throw new UsageError(`--jobs "${text}" is no number from 1 to 999`);
  return Number(text);
};
