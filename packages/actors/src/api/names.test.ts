import { describe, expect, test } from 'vitest';
import { dns1035LabelErrors, dns1123LabelErrors, dns1123SubdomainErrors, labelValueErrors, qualifiedNameErrors } from './names.js';

describe('a name', () => {
  test('that is good gives no errors', () => {
    expect(dns1123SubdomainErrors('web-1.example')).toEqual([]);
    expect(dns1123LabelErrors('web-1')).toEqual([]);
    expect(dns1035LabelErrors('web-1')).toEqual([]);
    expect(qualifiedNameErrors('example.com/My.Name_1')).toEqual([]);
    expect(labelValueErrors('')).toEqual([]);
  });

  test('that is bad is refused in the words of the real server', () => {
    expect(dns1123SubdomainErrors('Bad_')).toEqual([
      "a lowercase RFC 1123 subdomain must consist of lower case alphanumeric characters, '-' or '.', and must start and end with an alphanumeric character (e.g. 'example.com', regex used for validation is '[a-z0-9]([-a-z0-9]*[a-z0-9])?(\\.[a-z0-9]([-a-z0-9]*[a-z0-9])?)*')",
    ]);
    expect(dns1123LabelErrors('a.b')).toEqual(['must not contain dots']);
    expect(dns1123SubdomainErrors('a'.repeat(254))).toEqual(['must be no more than 253 characters']);
    expect(labelValueErrors('v'.repeat(64))).toEqual(['must be no more than 63 bytes']);
    expect(qualifiedNameErrors('')).toEqual([
      'name part must be non-empty',
      "name part must consist of alphanumeric characters, '-', '_' or '.', and must start and end with an alphanumeric character (e.g. 'MyName',  or 'my.name',  or '123-abc', regex used for validation is '([A-Za-z0-9][-A-Za-z0-9_.]*)?[A-Za-z0-9]')",
    ]);
  });
});
