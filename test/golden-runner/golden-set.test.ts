import { spawnSync } from 'node:child_process';
import { cpSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, describe, expect, it } from 'vitest';
import { FEATURES_NOT_BUILT } from './features-not-built.js';
import { defineGoldenSet } from './golden-set.js';
import { reportOf } from './report.js';
import { kubectlVerbs, usesOfScenario } from './scenario-uses.js';

const GOLDEN = fileURLToPath(new URL('../golden', import.meta.url));
const COMMAND = fileURLToPath(new URL('../../scripts/golden.mjs', import.meta.url));
const folder = mkdtempSync(join(tmpdir(), 'naumachia-golden-test-'));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

const golden = (...args: string[]) => {
  const { status, stdout, stderr } = spawnSync(process.execPath, [COMMAND, ...args], { encoding: 'utf8' });
  return { status, stdout, stderr };
};

/** A set with one family of proxy cases. */
const proxySet = (name: string, change: (caseText: string) => string = (text) => text): string => {
  const set = join(folder, name);
  for (const part of ['cases', 'verdicts']) mkdirSync(join(set, part), { recursive: true });
  writeFileSync(join(set, 'cases/etp-local-o01.txtar'), change(readFileSync(`${GOLDEN}/kube-proxy/cases/etp-local-o01.txtar`, 'utf8')));
  cpSync(`${GOLDEN}/kube-proxy/verdicts/etp-local-o01.jsonl`, join(set, 'verdicts/etp-local-o01.jsonl'));
  return set;
};

describe('npm run golden', () => {
  it('prints a line per family and one for all, and ends with 0 if nothing failed', () => {
    const { status, stdout } = golden('kube-proxy', proxySet('right'));
    expect(stdout).toMatch(/^verdicts\/etp-local +1 passed, 0 failed, 0 not yet supported$/m);
    expect(stdout).toMatch(/^kube-proxy +2 passed, 0 failed, 0 not yet supported$/m);
    expect(status).toBe(0);
  });

  it('shows the first difference of a failure and ends with 1', () => {
    const { status, stdout } = golden('kube-proxy', proxySet('wrong', (text) => text.replace('"externalTrafficPolicy":"Local"', '"externalTrafficPolicy":"Cluster"')));
    expect(stdout).toMatch(/FAIL verdicts\/etp-local-o01: \d+ of \d+ packets differ; step 1, shop\/search-queue56 nodePort 192.168.50.10:30363\/TCP from \w+: expected .*, got .*$/m);
    expect(status).toBe(1);
  });

  it('gives everything as JSON', () => {
    const { status, stdout } = golden('kube-proxy', proxySet('json'), '-o', 'json');
    expect(JSON.parse(stdout)).toMatchObject({ passed: 2, failed: 0, notYetSupported: 0, families: [{ family: 'verdicts/etp-local', passed: 1 }, { passed: 1 }] });
    expect(status).toBe(0);
  });

  it('runs only what matches', () => {
    expect(golden('scheduler', '--only', '^decisions/gates$').stdout).toBe('decisions/gates  60 passed, 0 failed, 0 not yet supported\nscheduler        60 passed, 0 failed, 0 not yet supported\n');
  });

  it.each([
    ['a set that does not exist', ['no-such-set'], /there is no golden set "no-such-set"[\s\S]*usage:/],
    ['a folder that does not exist', ['kubelet', '/no/such/folder'], /\/no\/such\/folder cannot be read: /],
    ['a pattern that is none', ['kubelet', '--only', '('], /--only: Invalid regular expression/],
    ['a number that is none', ['kubelet', '--jobs', 'many'], /--jobs "many" is no number/],
    ['an unknown flag', ['kubelet', '--what'], /Unknown option '--what'[\s\S]*usage:/],
  ])('refuses %s, and ends with 2', (_what, args, message) => {
    const { status, stdout, stderr } = golden(...args);
    expect(stderr).toMatch(message);
    expect({ status, stdout }).toEqual({ status: 2, stdout: '' });
  });

  it.each([
    ['kubelet', 'broken.json', '{"steps": [', /broken\.json: not JSON: /],
    ['kubectl', 'bare.json', '{"name": "bare"}', /bare\.json: the field "steps" should be of the type array and is missing/],
    ['timelines', 'odd.json', '{"name": "a", "steps": [null], "timeline": [], "final": []}', /odd\.json: /],
    ['scheduler', 'decisions/odd.jsonl', '{"id": "a", "objects": {}, "pod": {}, "result": {}}\n[1]', /odd\.jsonl:2: an object was expected, and this is array/],
    ['api', 'conversations/family/odd.json', '{"name": 1, "steps": []}', /odd\.json: the field "name" should be of the type string and is of the type number/],
  ])('names the malformed case of the set %s before anything runs, and ends with 2', (set, file, text, message) => {
    const path = join(folder, `malformed-${set}`, file);
    mkdirSync(join(path, '..'), { recursive: true });
    writeFileSync(path, text);
    const { status, stdout, stderr } = golden(set, join(folder, `malformed-${set}`));
    expect(stderr).toMatch(message);
    expect({ status, stdout }).toEqual({ status: 2, stdout: '' });
  });
});

describe('what is not yet supported', () => {
  const set = (compare: (content: string) => string | undefined) =>
    defineGoldenSet<string>({
      name: 'test',
      notBuilt: ['flying'],
      jobs: 2,
      read: () => [
        { family: 'a', name: 'a/walks', uses: ['walking'], content: 'walk' },
        { family: 'a', name: 'a/flies', uses: ['walking', 'flying'], content: 'fly' },
      ],
      open: () => ({ compare, close: async () => undefined }),
    }).read('');

  it('follows from what a case uses: a case that would pass is not run, one that throws has failed', async () => {
    const ran: string[] = [];
    const results = await set((content) => {
      ran.push(content);
      throw new Error('stumbled');
    }).run({});
    expect(ran).toEqual(['walk']);
    expect(results.map(({ outcome }) => outcome)).toEqual([{ type: 'failed', difference: 'stumbled' }, { type: 'not yet supported', feature: 'flying' }]);
    expect(reportOf('test', results)).toBe('a     0 passed, 1 failed, 1 not yet supported\n  FAIL a/walks: stumbled\ntest  0 passed, 1 failed, 1 not yet supported\n');
  });

  it('is declared once for each feature', () => {
    for (const features of Object.values(FEATURES_NOT_BUILT)) expect(new Set<string>(features).size).toBe(features.length);
  });

  it('is read off commands, manifests and the way in which kinds are named', () => {
    expect(kubectlVerbs('kubectl -n other get pods | kubectl apply -f - && kubectl create job j --image=busybox')).toEqual(['kubectl get', 'kubectl apply', 'kubectl create', 'kubectl create job']);
    const uses = usesOfScenario({ files: { 'a.yaml': 'kind: StatefulSet\nmetadata: {name: s}' }, steps: [{ command: 'kubectl apply -f a.yaml' }, { command: 'kubectl create cronjob c', wait: 'kubectl get job/x' }, { command: 'kubectl get sts', node: 'stop 2' }] }, false);
    expect([...uses].sort()).toEqual(['kind StatefulSet', 'kubectl apply', 'kubectl create', 'kubectl create cronjob', 'kubectl get', 'make CronJob', 'node stop', 'read Job']);
  });
});
