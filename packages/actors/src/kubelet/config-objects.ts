import { setAt } from '@naumachia/core';
import { decodeBase64 } from '../api/base64.js';
import type { ConfigMap, Secret } from '../api/generated/types.js';
import type { Stored } from '../api/requests.js';
import { type ConfigReference, nameOf, resourceOf } from './config-references.js';

/** What a ConfigMap or Secret held when it was read, as text; or why it could not be read. */
export type ConfigObject = { readonly found: true; readonly data: Readonly<Record<string, string>> } | { readonly found: false; readonly missing: boolean; readonly error: string };

export type ConfigObjects = Readonly<Partial<Record<ConfigReference, ConfigObject>>>;

/** What a pod reads of an object; `stored` is absent where there is none. */
export const configObject = (reference: ConfigReference, stored: Stored | undefined): ConfigObject => {
  if (stored === undefined) return { found: false, missing: true, error: `${kindOf(reference)} "${nameOf(reference)}" not found` };
  const { data, binaryData } = stored.value as unknown as ConfigMap & Pick<Secret, 'data'>;
  return { found: true, data: resourceOf(reference) === 'secrets' ? decoded(data) : { ...data, ...decoded(binaryData) } };
};

/** Nobody could be asked. */
export const unreadObject = (reference: ConfigReference): ConfigObject => ({ found: false, missing: false, error: `failed to sync ${kindOf(reference)} cache: timed out waiting for the condition` });

const kindOf = (reference: ConfigReference): string => (resourceOf(reference) === 'secrets' ? 'secret' : 'configmap');

/** Files and variables of emulated containers are text. */
const decoded = (data: Readonly<Record<string, string>> | undefined): Readonly<Record<string, string>> => {
  const texts: Record<string, string> = {};
  for (const key in data) setAt(texts, key, new TextDecoder().decode(decodeBase64(data[key] ?? '')));
  return texts;
};
