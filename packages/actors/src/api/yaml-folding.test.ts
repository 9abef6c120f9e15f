import { expect, it } from 'vitest';
import { foldYaml } from './yaml-folding.js';

const long = 'only the following media types are accepted: application/json;stream=watch, application/vnd.kubernetes.protobuf;stream=watch';

it('a long scalar goes on after the first space beyond column 80', () => {
  expect(foldYaml(`message: '${long}'\ncode: 406\n`)).toBe(
    "message: 'only the following media types are accepted: application/json;stream=watch,\n  application/vnd.kubernetes.protobuf;stream=watch'\ncode: 406\n",
  );
});

it('what continues is indented below its key, dashes counted', () => {
  expect(foldYaml(`  - message: '${long}'`)).toContain('\n      application/vnd');
  expect(foldYaml(`  - 'now ${long}'`)).toContain('\n    application/vnd');
});

it('literal blocks and words without spaces stay', () => {
  const block = `text: |\n  ${long} ${long}\n  ${long}\nnext: ${'x'.repeat(200)}\n`;
  expect(foldYaml(block)).toBe(block);
});
