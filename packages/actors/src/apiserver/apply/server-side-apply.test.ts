import { describe, expect, it } from 'vitest';
import { typeNamed } from '../kinds/type-named.js';
import { mergeConfig, removeGivenUp } from './merge.js';
import { parseFieldSet, textOfFieldSet } from '../managed-fields/field-set.js';
import { typedConfig } from './typed-config.js';

const type = typeNamed('core.v1.PodSpec');
const set = (text: string) => parseFieldSet(text) ?? expect.fail(text);

describe('an applied configuration', () => {
  it('names the elements of lists and keys of maps as such, and atomic lists as one', () => {
    const typed = typedConfig(type, { containers: [{ name: 'c', image: 'i', args: ['1'] }], nodeSelector: { a: 'b' } });
    expect(typed.type === 'typed' && textOfFieldSet(typed.set)).toBe('{"f:containers":{"k:{\\"name\\":\\"c\\"}":{".":{},"f:args":{},"f:image":{},"f:name":{}}},"f:nodeSelector":{}}');
  });

  it('with unknown fields, wrong types or repeated keys is told where', () => {
    expect(typedConfig(type, { containers: [{ name: 'c', imag: 'x' }, { name: 'c' }], hostNetwork: 'yes' })).toEqual({
      type: 'malformed',
      errors: ['.containers[name="c"].imag: field not declared in schema', '.containers: duplicate entries for key [name="c"]', '.hostNetwork: expected boolean, got &{yes}'],
    });
  });

  it('keeps its own order in lists, with the live elements among them', () => {
    const live = { containers: [{ name: 'a' }, { name: 'x' }, { name: 'b' }] };
    const merged = mergeConfig(type, live, { containers: [{ name: 'b' }, { name: 'a', image: 'i' }] }) as unknown as typeof live;
    expect(merged.containers.map((container) => container.name)).toEqual(['x', 'b', 'a']);
  });

  it('takes out what its manager gave up and nobody else owns', () => {
    const object = { containers: [{ name: 'a', image: 'i' }, { name: 'b', image: 'j' }], hostname: 'h', subdomain: 's' };
    const last = set('{"f:containers":{"k:{\\"name\\":\\"a\\"}":{".":{},"f:image":{},"f:name":{}},"k:{\\"name\\":\\"b\\"}":{".":{},"f:image":{},"f:name":{}}},"f:hostname":{},"f:subdomain":{}}');
    const owned = set('{"f:containers":{"k:{\\"name\\":\\"a\\"}":{".":{},"f:image":{},"f:name":{}}},"f:subdomain":{}}');
    expect(removeGivenUp(type, object, last, owned)).toEqual({ containers: [{ name: 'a', image: 'i' }], subdomain: 's' });
  });
});
