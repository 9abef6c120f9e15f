import { readFileSync } from 'node:fs';

/** The version of the package that people install. */
export const VERSION = (JSON.parse(readFileSync(new URL('../package.json', import.meta.url), 'utf8')) as { readonly version: string }).version;
