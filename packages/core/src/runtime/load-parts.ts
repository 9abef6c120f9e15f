import type { Catalog } from '../actor.js';
import type { Reporter } from './local-host.js';

/** What a host on the caller's own thread is made of. */
export interface LoadedParts {
  readonly catalog: Catalog;
  readonly reporter?: () => Reporter;
}

/** Where the parts of hosts are found. Code cannot be posted, so other threads load it by its URL. */
export interface PartsOptions {
  /** URL of the module that exports `catalog: Catalog`. */
  readonly catalog: string;
  /** URL of a module that exports `reporter(): Reporter`. */
  readonly reporter?: string;
  /** What the two modules export, for the caller's own thread, if the caller has it already: in a bundle, say. */
  readonly loaded?: LoadedParts;
}

/** Loads what the options name, on the caller's thread. */
export const loadParts = async ({ catalog, reporter, loaded }: PartsOptions): Promise<{ readonly catalog: Catalog; readonly reporter: Reporter | undefined }> => {
  if (loaded) return { catalog: loaded.catalog, reporter: loaded.reporter?.() };
  const { catalog: found } = (await import(catalog)) as { readonly catalog: Catalog };
  return { catalog: found, reporter: reporter === undefined ? undefined : ((await import(reporter)) as { readonly reporter: () => Reporter }).reporter() };
};
