import { setAt } from '@naumachia/core';
import type { ConfigMap, Secret } from '../../api/generated/types.js';
import { configMapErrors, configMapUpdateErrors, secretErrors, secretUpdateErrors } from '../validation/configuration.js';
import { objectFeedKey } from '../../api/feed-keys.js';
import { fill } from './fill.js';
import type { Strategy } from './strategy.js';

/** Kinds that hold data for pods: ConfigMap, Secret, ServiceAccount. */

/** Kubelets follow those that their pods use, each by itself. */
const routingKeys: Strategy['routingKeys'] = ({ metadata }) => [objectFeedKey(metadata.namespace ?? '', metadata.name ?? '')];

export const configMap: Strategy = {
  routingKeys,
  validate: (object) => configMapErrors(object as ConfigMap),
  validateUpdate: (object, old) => configMapUpdateErrors(object as ConfigMap, old as ConfigMap),
};

export const secret: Strategy = {
  routingKeys,
  defaults: (object) => {
    const { stringData } = object as Secret;
    if (stringData === undefined) return fill(object as Secret, { type: 'Opaque' });
    // stringData is for writing only: it ends in data, encoded.
    const { stringData: _, ...rest } = object as Secret;
    const data: Record<string, string> = { ...rest.data };
    for (const key in stringData) setAt(data, key, base64(stringData[key] ?? ''));
    return Object.assign({}, fill(rest as Secret, { type: 'Opaque' }), { data }) as Secret;
  },
  validate: (object) => secretErrors(object as Secret),
  validateUpdate: (object, old) => secretUpdateErrors(object as Secret, old as Secret),
  selectableFields: { type: (object) => (object as Secret).type ?? '' },
};

const base64 = (text: string): string => {
  let binary = '';
  for (const byte of new TextEncoder().encode(text)) binary += String.fromCharCode(byte);
  return btoa(binary);
};

export const serviceAccount: Strategy = { metadata: { judgedAnew: true }, returnsDeleted: true };
