import { readdirSync, readFileSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import { missingCommands } from './needs.js';
import { readScenario } from './scenario.js';

const FOLDER = new URL('../../../../test/golden/timelines/', import.meta.url);
const of = (command: string): readonly string[] => missingCommands({ steps: [{ command }] });

describe('what a scenario takes that is not there', () => {
  test.each(readdirSync(FOLDER).filter((file) => file.endsWith('.json')))('is nothing in %s', (file) => {
    expect(missingCommands(readScenario(readFileSync(new URL(file, FOLDER), 'utf8')))).toEqual([]);
  });

  test('is a command of kubectl, wherever it stands', () => {
    expect(of('kubectl autoscale deployment web --min=2')).toEqual(['kubectl autoscale']);
    expect(of('P="$(kubectl top pods | head -1)"; echo "$P"')).toEqual(['kubectl top pods']);
    expect(of('for n in $(kubectl api-resources); do kubectl drain $n; done')).toEqual(['kubectl api-resources', 'kubectl drain']);
  });

  test('is a flag that nothing here looks at', () => {
    expect(of('kubectl get pods --sort-by=.metadata.name')).toEqual(['kubectl get --sort-by']);
    expect(of('kubectl delete pod p --wait=false -n other')).toEqual([]);
  });

  test('is a program, or a part of the shell', () => {
    expect(of('rm x || jq .')).toEqual(['command rm', 'command jq']);
    expect(of('sed s/a/b/ x > y')).toEqual(['shell redirection']);
  });
});
