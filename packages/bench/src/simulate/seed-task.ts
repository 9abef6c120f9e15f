import { type AnyActorDefinition, type Catalog, useStructures } from '@naumachia/core';
import { runSeed, type SeedRun } from './run-seed.js';
import type { Scenario } from './scenario/scenario.js';

/** One run for a thread of the pool. */
export interface SeedTask {
  readonly scenario: Scenario;
  readonly seed: number;
  /** URL of the module whose `catalog` has the actors. */
  readonly catalog: string;
}

const loaded = new Map<string, Promise<readonly AnyActorDefinition[]>>();

/** Loads the code of all actors of a catalog, once per thread. */
export const loadDefinitions = (url: string): Promise<readonly AnyActorDefinition[]> => {
  let definitions = loaded.get(url);
  if (!definitions) loaded.set(url, (definitions = load(url)));
  return definitions;
};

const load = async (url: string): Promise<readonly AnyActorDefinition[]> => {
  const { catalog } = (await import(url)) as { readonly catalog?: Catalog };
  if (!catalog) throw new Error(`${url} exports no \`catalog\``);
  if (catalog.structures) useStructures(catalog.structures);
  return Promise.all(Object.values(catalog.actors).map((actor) => actor()));
};

/** What a thread of the pool runs. */
export const runSeedTask = async ({ scenario, seed, catalog }: SeedTask): Promise<SeedRun> => runSeed(scenario, seed, { definitions: await loadDefinitions(catalog) });
