import { describe, expect, test } from 'vitest';
import { BadTemplate, parseGoTemplate } from './go-template.js';

const rendered = (text: string, Index = 7, Count = 30): string => parseGoTemplate(text).render({ Index, Count });
const problemOf = (text: string): string => {
  try {
    rendered(text);
  } catch (error) {
    if (error instanceof BadTemplate) return `${error.line}: ${error.message}`;
    throw error;
  }
  return 'none';
};

test('a template without actions is the same for every object', () => {
  expect(parseGoTemplate('kind: Pod\n').constant).toBe(true);
  expect(parseGoTemplate('name: pod-{{ .Index }}\n').constant).toBe(false);
});

test.each([
  ['name: pod-{{.Index}}', 'name: pod-7'],
  ['{{ .Index }} of {{ .Count }}', '7 of 30'],
  ['8{{ Mod .Index 12 }}', '87'],
  ['{{ DivideInt 30000 .Count }}Mi', '1000Mi'],
  ['{{ DivideInt .Index 2 }} {{ DivideFloat .Index 2 }}', '3 3.5'],
  ['{{ AddInt .Index 1 2.9 }} {{ AddFloat 0.5 .Index }}', '10 7.5'],
  ['{{ SubtractInt 1 .Index }} {{ SubtractFloat 1.5 .Index }}', '-6 -5.5'],
  ['{{ MultiplyInt 2 .Index }} {{ MultiplyFloat 0.5 .Index }}', '14 3.5'],
  ['{{ Mod (AddInt .Index 3) 4 }}', '2'],
  ['{{ .Index | Mod 10 }}', '3'],
  ['{{ "7.5" | AddFloat 1 }}', '8.5'],
  ['a {{- .Index -}} b', 'a7b'],
  ['a {{/* said to nobody */}} b', 'a  b'],
  ['{{ "}}" }}', '}}'],
])('%s becomes %s', (text, expected) => {
  expect(rendered(text)).toBe(expected);
});

describe('is refused, with the line', () => {
  test.each([
    ['a\n{{ .Name }}', '2: there is no .Name: objects are made with .Index and .Count in "{{ .Name }}"'],
    ['{{ range .Items }}', '1: there is no "range", or it is not built; there are AddFloat, AddInt, DivideFloat, DivideInt, Mod, MultiplyFloat, MultiplyInt, SubtractFloat, SubtractInt in "{{ range .Items }}"'],
    ['a\nb\n{{ .Index', '3: the action that begins here has no end "}}"'],
    ['{{ Mod .Index }}', '1: Mod takes 2 arguments, not 1, in "{{ Mod .Index }}"'],
    ['{{ Mod (AddInt .Index 1 2 }}', '1: a ")" is missing in "{{ Mod (AddInt .Index 1 2 }}"'],
    ['{{ DivideInt .Index 0 }}', '1: division by zero in "{{ DivideInt .Index 0 }}"'],
    ['{{ AddInt "seven" 1 }}', '1: "seven" is no number in "{{ AddInt "seven" 1 }}"'],
    ['{{ }}', '1: a value is missing in "{{ }}"'],
    ['{{ $x }}', '1: "$" in "{{ $x }}" is not supported: fields, numbers, texts, functions, parentheses and pipes are'],
    ['{{ .Index 3 }}', '1: only a function takes arguments in "{{ .Index 3 }}"'],
    ['{{ AddInt Mod 1 }}', '1: Mod has to stand in parentheses here, with its arguments, in "{{ AddInt Mod 1 }}"'],
  ])('%s', (text, expected) => {
    expect(problemOf(text)).toBe(expected);
  });
});
