import { existsSync } from 'node:fs';
import { basename, join } from 'node:path';
import { compareVerdicts } from '@naumachia/actors/kube-proxy/golden';
import { FEATURES_NOT_BUILT } from './features-not-built.js';
import { filesOf, parseCase, parseLines, readText } from './golden-files.js';
import { defineGoldenSet, type GoldenCase, MalformedCase } from './golden-set.js';

interface Comparison {
  readonly caseText: string;
  readonly verdictText: string;
  readonly mode: 'nftables' | 'iptables';
}

const INPUT = '-- input.json --\n';
/** Sections that hold what a proxier wrote: `step1/iptables4.restore`, `step2/nftables4.dump`. */
const RULES = /^-- step\d+\/(iptables|nftables|ipvs)[46]\.\w/gm;

const inputOf = (file: string, text: string): { readonly family?: string } => {
  const start = text.indexOf(INPUT);
  if (start < 0) throw new MalformedCase(file, 'the section input.json is missing');
  const end = text.indexOf('\n-- ', start);
  return parseCase(file, text.slice(start + INPUT.length, end < 0 ? undefined : end), { config: 'object', node: 'object', steps: 'array' });
};

const casesOf = (folder: string, file: string): GoldenCase<Comparison>[] => {
  const id = basename(file, '.txtar');
  const caseText = readText(file);
  const family = inputOf(file, caseText).family ?? id.replace(/-[a-z]*\d+$/, '');
  const cases: GoldenCase<Comparison>[] = [];
  const verdicts = join(folder, 'verdicts', `${id}.jsonl`);
  if (existsSync(verdicts)) {
    parseLines(verdicts, { via: 'string', dst: 'string', from: 'object' });
    const verdictText = readText(verdicts);
    for (const mode of ['nftables', 'iptables'] as const) {
      cases.push({ family: `${mode === 'nftables' ? 'verdicts' : 'iptables-verdicts'}/${family}`, name: `${mode === 'nftables' ? 'verdicts' : 'iptables-verdicts'}/${id}`, uses: [], content: { caseText, verdictText, mode } });
    }
  }
  const modes = new Set([...caseText.matchAll(RULES)].map((match) => match[1] ?? ''));
  for (const mode of modes) cases.push({ family: `rules/${family}`, name: `rules/${id}/${mode}`, uses: [`text of ${mode} rules`], content: { caseText, verdictText: '', mode: 'nftables' } });
  return cases;
};

/** What packets meet, case by case in nftables and in iptables mode, and the text of the rules in every mode. */
export const kubeProxySet = defineGoldenSet<Comparison>({
  name: 'kube-proxy',
  notBuilt: FEATURES_NOT_BUILT['kube-proxy'],
  jobs: 1,
  read: (folder) => filesOf(join(folder, 'cases'), '.txtar').flatMap((file) => casesOf(folder, file)),
  open: () => ({
    compare: ({ caseText, verdictText, mode }) => {
      const { packets, different, difference } = compareVerdicts(caseText, verdictText, mode);
      if (packets === 0) return 'no packet was sent';
      return difference === undefined ? undefined : `${different} of ${packets} packets differ; ${difference}`;
    },
    close: async () => undefined,
  }),
});
