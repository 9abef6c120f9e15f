import { expect, it } from 'vitest';
import { isAsPrinted, stepsOf } from './guide.js';

const fence = (language: string, ...lines: readonly string[]): string => ['```' + language, ...lines, '```', ''].join('\n');

it('reads what is to be run, saved and printed', () => {
  const guide = `# A guide\n\nSave this:\n\n${fence('yaml', '# web.yaml', 'kind: Pod')}\nand run it:\n\n${fence('sh', 'kubectl apply -f web.yaml')}\n${fence('text', 'pod/web created')}`;
  expect(stepsOf(guide)).toEqual([
    { type: 'save', line: 5, file: 'web.yaml', text: '# web.yaml\nkind: Pod\n' },
    { type: 'run', line: 12, script: 'kubectl apply -f web.yaml\n', printed: 'pod/web created\n' },
  ]);
});

it('refuses blocks that nobody would check', () => {
  expect(() => stepsOf(fence('yaml', 'kind: Pod'))).toThrow('line 1: a block of yaml');
  expect(() => stepsOf(fence('text', 'pod/web created'))).toThrow('line 1: a block of text');
  expect(() => stepsOf('```sh\nls\n')).toThrow('line 1: this code block does not end');
});

it('compares what was printed, with room for what differs from run to run', () => {
  expect(isAsPrinted('NAME   READY\nweb-... 1/1', 'NAME        READY\nweb-5d4f   1/1\n')).toBe(true);
  expect(isAsPrinted('first\n...\nlast', 'first\nsecond\nthird\nlast\n')).toBe(true);
  expect(isAsPrinted('web-... 1/1', 'web-5d4f   0/1\n')).toBe(false);
  expect(isAsPrinted('a\nb', 'b\na\n')).toBe(false);
});
