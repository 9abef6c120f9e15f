import { expect, test } from 'vitest';
import { runList } from './run.js';
import { parseShell } from './syntax.js';

const run = (text: string) => {
  const asked: string[][] = [];
  const result = runList(parseShell(text), {
    variables: new Map([['NS', 'here']]),
    files: { 'a.json': '{"uid":"UID"}\nlast' },
    kubectl: (words, input) => {
      asked.push([...words, ...(input === '' ? [] : [`<${input}`])]);
      return { exit: words[0] === 'fail' ? 1 : 0, output: words[0] === 'names' ? 'pod/a\npod/b\n' : '', error: '' };
    },
  });
  return { ...result, asked };
};

test('a substitution in quotes is one word, outside of them several', () => {
  expect(run('kubectl x "$(kubectl names)" $(kubectl names)').asked).toEqual([['names'], ['names'], ['x', 'pod/a\npod/b', 'pod/a', 'pod/b']]);
});

test('test sees how many lines there are', () => {
  expect(run('test "$(kubectl names | wc -l)" = 2').exit).toBe(0);
  expect(run('test "$(kubectl names | wc -l)" -ge 3').exit).toBe(1);
  expect(run('test -z "$(kubectl none)"').exit).toBe(0);
});

test('a variable goes through sed into a command', () => {
  expect(run('U=$(echo 7); sed "s/UID/$U/; s/last/first/" a.json | kubectl create -f -').asked).toEqual([['create', '-f', '-', '<{"uid":"7"}\nfirst\n']]);
});

test('a list goes on after what its operators say', () => {
  expect(run('kubectl fail && kubectl a || kubectl b; kubectl c $NS').asked).toEqual([['fail'], ['b'], ['c', 'here']]);
  expect(run('! kubectl fail').exit).toBe(0);
  expect(run('for n in 1 2; do kubectl cordon node-$n; done').asked).toEqual([['cordon', 'node-1'], ['cordon', 'node-2']]);
});

test('single quotes keep everything', () => {
  expect(run(`kubectl patch -p '{"a":"$NS"}' \\$x`).asked).toEqual([['patch', '-p', '{"a":"$NS"}', '$x']]);
});

test.each(['a > b', 'x `y`', 'echo "open', 'for x; do y; done'])('%s is refused, not guessed at', (text) => {
  expect(() => parseShell(text)).toThrow(/shell/);
});
