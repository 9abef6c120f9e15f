import { Encoded } from '@naumachia/core';
import { describe, expect, it } from 'vitest';
import type { ObjectHeader } from '../../api/object.js';
import type { Stored } from '../../api/requests.js';
import { type Kind, kindOfResource } from '../registry.js';
import { emptyWatchCache, resourceCache, takeIn } from '../watch-cache.js';
import { candidatesOf, type Selection, selectionOf } from './list.js';

const stored = (resource: string, namespace: string, name: string): Stored => {
  const header: ObjectHeader = { resource, namespace, name, uid: name, change: 'created', keys: [], revision: 1, createRevision: 1 };
  return Encoded.ofValue(header, { apiVersion: 'v1', kind: 'Thing', metadata: { name } });
};

describe('a list by name', () => {
  it.each([['nodes', ''], ['configmaps', 'default']])('of %s looks at that object alone', (resource, namespace) => {
    const cache = resourceCache(emptyWatchCache([resource]), resource);
    for (const name of ['a', 'b', 'c']) takeIn(cache, stored(resource, namespace, name));
    const kind = kindOfResource(resource) as Kind;
    const named = (name: string): string[] => candidatesOf(kind, cache, namespace, selectionOf(kind, undefined, `metadata.name=${name}`) as Selection).map(({ header }) => header.name);
    expect(named('b')).toEqual(['b']);
    expect(named('d')).toEqual([]);
  });

  it('looks through all namespaces where none is named', () => {
    const cache = resourceCache(emptyWatchCache(['configmaps']), 'configmaps');
    for (const namespace of ['one', 'two']) takeIn(cache, stored('configmaps', namespace, 'm'));
    const kind = kindOfResource('configmaps') as Kind;
    expect(candidatesOf(kind, cache, '', selectionOf(kind, undefined, 'metadata.name=m') as Selection)).toHaveLength(2);
  });
});
