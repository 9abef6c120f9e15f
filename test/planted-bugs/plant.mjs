import { catalog } from '@naumachia/actors/catalog';

/**
 * The cluster's catalog with one kind of actor broken from outside: the product has no line for it.
 * `naumachia simulate --catalog test/planted-bugs/NAME.mjs` plays a scenario with it.
 */
export const plant = (kind, broken) => ({ ...catalog, actors: { ...catalog.actors, [kind]: async () => broken(await catalog.actors[kind]()) } });
