import { describe, expect, test } from 'vitest';
import { formatLabelSelector, labelSelectorText, matches, nothing, parseLabelSelector, selectorOf, selectorOfLabels, type Labels } from './label-selector.js';

const objects: Readonly<Record<string, Labels>> = {
  a: { env: 'prod', tier: 'web' }, b: { env: 'prod', tier: 'db' }, d: { env: 'dev' }, e: { env: '' }, f: {},
};

const picked = (text: string): string => {
  const parsed = parseLabelSelector(text);
  if ('error' in parsed) throw new Error(parsed.error);
  return Object.keys(objects).filter((name) => matches(parsed.selector, objects[name])).join(',');
};

describe('a selector text', () => {
  test.each([
    // lists/labels-sets, labels-equality and labels-empty of the golden conversations.
    ['env in (prod,dev)', 'a,b,d'], ['env notin (prod)', 'd,e,f'], ['env in ()', 'e'], ['env', 'a,b,d,e'], ['!env', 'f'], ['env,!tier', 'd,e'],
    ['tier in (web),env notin (dev,)', 'a'], ['env in (prod, dev ),tier', 'a,b'], ['env=prod', 'a,b'], ['env==prod', 'a,b'], ['env!=prod', 'd,e,f'],
    ['env=prod,tier!=db', 'a'], ['env=', 'e'], ['env!=', 'a,b,d,f'], ['none=x', ''], ['', 'a,b,d,e,f'], [' ', 'a,b,d,e,f'],
  ])('%s picks %s', (text, names) => {
    expect(picked(text)).toBe(names);
  });

  const keyRule =
    "a valid label key must consist of alphanumeric characters, '-', '_' or '.', and must start and end with an alphanumeric character (e.g. 'MyName',  or 'my.name',  or '123-abc', regex used for validation is '([A-Za-z0-9][-A-Za-z0-9_.]*)?[A-Za-z0-9]') with an optional DNS subdomain prefix and '/' (e.g. 'example.com/MyName')";
  test.each([
    // lists/labels-refused of the golden conversations.
    ['=x', "found '=', expected: !, identifier, or 'end of string'"],
    ['a=b=c', "found '=', expected: ',' or 'end of string'"],
    ['a in b', "unable to parse requirement: found 'b' expected: '('"],
    ['a in (b', "unable to parse requirement: found '', expected: ',' or ')'"],
    [',', "found ',', expected: !, identifier, or 'end of string'"],
    ['a,,b', "found ',', expected: identifier after ','"],
    ['bad key=x', "unable to parse requirement: found 'key', expected: in, notin, =, ==, !=, gt, lt"],
    ['a=bad value', "found 'value', expected: ',' or 'end of string'"],
    ['a in (bad!)', "unable to parse requirement: found '!', expected: ',' or ')'"],
    ['!', "unable to parse requirement: found '', expected: identifier"],
    ['a/b/c=d', `unable to parse requirement: <nil>: Invalid value: "a/b/c": ${keyRule}`],
    [`a=${'x'.repeat(64)}`, `unable to parse requirement: values[0][a]: Invalid value: "${'x'.repeat(64)}": must be no more than 63 bytes`],
    ['!a=b', "found '=', expected: ',' or 'end of string'"],
    ['a notin', "unable to parse requirement: found '' expected: '('"],
    ['a>x', "unable to parse requirement: values[0]: Invalid value: \"x\": for 'Gt', 'Lt' operators, the value must be an integer"],
    ['a<', "unable to parse requirement: values[0]: Invalid value: \"\": for 'Gt', 'Lt' operators, the value must be an integer"],
  ])('%s is refused in the words of the real server', (text, error) => {
    expect(parseLabelSelector(text)).toEqual({ error });
  });

  test('gt and lt compare integers', () => {
    expect(matchesText('n>5', { n: '10' })).toBe(true);
    expect(matchesText('n<5', { n: '10' })).toBe(false);
    expect(matchesText('n>5', { n: 'x' })).toBe(false);
  });

  test('is written sorted by key, as the real one prints it', () => {
    const parsed = parseLabelSelector('x in (b,a),!n,a=1,m>2');
    expect('selector' in parsed && labelSelectorText(parsed.selector)).toBe('a=1,m>2,!n,x in (a,b)');
  });
});

const matchesText = (text: string, labels: Labels): boolean => {
  const parsed = parseLabelSelector(text);
  return 'selector' in parsed && matches(parsed.selector, labels);
};

describe('a LabelSelector', () => {
  test('asks for all its labels and expressions', () => {
    const selector = selectorOf({ matchLabels: { env: 'prod' }, matchExpressions: [{ key: 'tier', operator: 'NotIn', values: ['db'] }] });
    expect(Object.keys(objects).filter((name) => matches(selector, objects[name]))).toEqual(['a']);
  });

  test('that is absent picks nothing, and one that is empty picks everything', () => {
    expect(selectorOf(undefined)).toBe(nothing);
    expect(matches(selectorOf(undefined), {})).toBe(false);
    expect(matches(selectorOf({}), undefined)).toBe(true);
  });

  test('is compiled once', () => {
    const selector = { matchLabels: { a: 'b' } };
    expect(selectorOf(selector)).toBe(selectorOf(selector));
  });

  test('is shown as columns show it', () => {
    expect(formatLabelSelector({ matchLabels: { app: 'web' } })).toBe('app=web');
    expect(formatLabelSelector({ matchExpressions: [{ key: 'a', operator: 'In', values: ['c', 'b'] }, { key: 'z', operator: 'DoesNotExist' }] })).toBe('a in (b,c),!z');
    expect(formatLabelSelector({})).toBe('<none>');
  });

  test('does not find labels that every JavaScript object has', () => {
    expect(matchesText('constructor', {})).toBe(false);
    expect(matches(selectorOfLabels({ toString: 'x' }), {})).toBe(false);
  });
});
