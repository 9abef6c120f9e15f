import { describe, expect, test } from 'vitest';
import { matchesFields, parseFieldSelector, requiredField } from './field-selector.js';

describe('a field selector', () => {
  test('is a list of terms', () => {
    expect(parseFieldSelector('spec.nodeName=,status.phase!=Pending,a==b')).toEqual({
      requirements: [
        { field: 'a', operator: '=', value: 'b' },
        { field: 'spec.nodeName', operator: '=', value: '' },
        { field: 'status.phase', operator: '!=', value: 'Pending' },
      ],
    });
    expect(parseFieldSelector('')).toEqual({ requirements: [] });
  });

  test('may escape a comma in a value', () => {
    expect(parseFieldSelector('spec.nodeName=a\\,b')).toEqual({ requirements: [{ field: 'spec.nodeName', operator: '=', value: 'a,b' }] });
  });

  test.each([
    // lists/fields-pods of the golden conversations.
    ['spec.nodeName', "invalid selector: 'spec.nodeName'; can't understand 'spec.nodeName'"],
    ['metadata.name in (a)', "invalid selector: 'metadata.name in (a)'; can't understand 'metadata.name in (a)'"],
    ['a=b=c', 'invalid field selector: unescaped character in value: 61'],
  ])('%s is refused in the words of the real server', (text, error) => {
    expect(parseFieldSelector(text)).toEqual({ error });
  });

  test('is met when every term is', () => {
    const parsed = parseFieldSelector('spec.nodeName=n1,status.phase!=Failed');
    const requirements = 'requirements' in parsed ? parsed.requirements : [];
    const pod: Readonly<Record<string, string>> = { 'spec.nodeName': 'n1', 'status.phase': 'Running' };
    expect(matchesFields(requirements, (field) => pod[field] ?? '')).toBe(true);
    expect(matchesFields(requirements, (field) => (field === 'status.phase' ? 'Failed' : 'n1'))).toBe(false);
    expect(requiredField(requirements, 'spec.nodeName')).toBe('n1');
    expect(requiredField(requirements, 'status.phase')).toBeUndefined();
  });
});
