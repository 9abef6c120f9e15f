import type { KubernetesObject } from '@naumachia/actors';
import type { BuiltInKinds } from '@naumachia/actors/api';
import { type ApiResource, apiResources, resourceByKind } from '@naumachia/actors/api';
import { UnknownKind } from './errors.js';

/** The name of a built-in kind: `Pod`, `Deployment`, `Node`, ... */
export type Kind = keyof BuiltInKinds;

/** The type of a kind's objects. What is read and what is sent have the same; `status` and most of `metadata` are the server's to fill in. */
export type ObjectOf<K extends string> = K extends Kind ? BuiltInKinds[K] & { readonly kind: K } : KubernetesObject;

/** An object that can be sent: its `kind` says what else it has. */
export type SentObject<K extends string = string> = { readonly kind: K } & ObjectOf<K>;

let byKind: ReadonlyMap<string, ApiResource> | undefined;

/** Where the objects of a kind are kept. Throws `UnknownKind`. */
export const resourceOfKind = (kind: string): ApiResource => {
  byKind ??= new Map(
    apiResources()
      // Events are served in two groups and kept in one; a kind's other versions are converted.
      .filter(({ apiVersion, storedApiVersion, verbs }) => apiVersion === storedApiVersion && verbs.includes('get'))
      .map((resource) => [resource.kind, resource]),
  );
  const resource = byKind.get(kind);
  if (resource) return resource;
  const meant = [...byKind.keys()].find((name) => name.toLowerCase() === kind.toLowerCase() || byKind?.get(name)?.resource === kind.toLowerCase() || byKind?.get(name)?.shortNames.includes(kind));
  throw new UnknownKind(`there is no kind ${JSON.stringify(kind)}${meant === undefined ? '' : `; write ${JSON.stringify(meant)}`}`);
};

/** Where an object is kept, by what it says of itself. Throws `UnknownKind`. */
export const resourceOfObject = ({ apiVersion, kind }: { readonly apiVersion?: string; readonly kind: string }): ApiResource => {
  if (apiVersion === undefined) throw new UnknownKind(`an object of kind ${JSON.stringify(kind)} has no apiVersion`);
  const resource = resourceByKind(apiVersion, kind);
  if (resource) return resource;
  throw new UnknownKind(`no matches for kind ${JSON.stringify(kind)} in version ${JSON.stringify(apiVersion)}`);
};
