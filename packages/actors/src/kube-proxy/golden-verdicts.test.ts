import { readdirSync, readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { describe, expect, it } from 'vitest';
import { compareVerdicts } from './golden-verdicts.js';

const golden = fileURLToPath(new URL('../../../../test/golden/kube-proxy/', import.meta.url));
const families = new Map<string, string[]>();
for (const id of readdirSync(`${golden}cases`).map((file) => file.replace('.txtar', ''))) {
  const family = id.replace(/-o\d+$/, '');
  families.set(family, [...(families.get(family) ?? []), id]);
}

const outcomesOf = (ids: readonly string[], mode: 'nftables' | 'iptables') =>
  ids.map((id) => compareVerdicts(readFileSync(`${golden}cases/${id}.txtar`, 'utf8'), readFileSync(`${golden}verdicts/${id}.jsonl`, 'utf8'), mode));

describe.each(['nftables', 'iptables'] as const)('packets meet what the %s rules of the real kube-proxy did to them', (mode) => {
  it.each([...families])('in every case of %s', (_family, ids) => {
    const outcomes = outcomesOf(ids, mode);
    expect(outcomes.filter(({ result }) => result !== 'passed').map(({ id, different, packets, difference }) => `${id}: ${different} of ${packets}, ${difference}`)).toEqual([]);
    expect(outcomes.every(({ packets }) => packets > 0)).toBe(true);
  });
});

describe('the comparison', () => {
  it('covers 144 cases in 17 families', () => {
    expect([families.size, [...families.values()].flat().length]).toEqual([17, 144]);
  });

  it('tells a packet that meets something else', () => {
    const text = readFileSync(`${golden}cases/etp-local-o01.txtar`, 'utf8').replace('"externalTrafficPolicy":"Local"', '"externalTrafficPolicy":"Cluster"');
    const outcome = compareVerdicts(text, readFileSync(`${golden}verdicts/etp-local-o01.jsonl`, 'utf8'));
    expect(outcome).toMatchObject({ result: 'failed', family: 'etp-local' });
    expect(outcome.difference).toMatch(/^step 1, shop\/search-queue56 nodePort 192.168.50.10:30363\/TCP from \w+: expected .*, got .*$/);
  });
});
