/**
 * Reads the sources of the API model: the list of Go types of Kubernetes (`api-types-1.36.json`) and the discovery documents that a real
 * kube-apiserver 1.36 served (resource lists, OpenAPI v3), and joins them to one description of every type that the served kinds reach.
 */
import { createHash } from 'node:crypto';
import { readFileSync, readdirSync } from 'node:fs';
import { join } from 'node:path';

const readJson = (...path) => JSON.parse(readFileSync(join(...path), 'utf8'));

/** Go package of each group's OpenAPI schemas where it is not `io.k8s.api.GROUP.VERSION`. */
const openApiPackages = {
  'meta.v1': 'io.k8s.apimachinery.pkg.apis.meta.v1',
  'apiextensions.v1': 'io.k8s.apiextensions-apiserver.pkg.apis.apiextensions.v1',
  'apiregistration.v1': 'io.k8s.kube-aggregator.pkg.apis.apiregistration.v1',
};

/** Kinds that no resource list names but that requests and answers of every group use. */
const metaKinds = [
  'Status', 'List', 'DeleteOptions', 'CreateOptions', 'UpdateOptions', 'PatchOptions', 'GetOptions', 'ListOptions',
  'APIGroup', 'APIGroupList', 'APIResourceList', 'APIVersions', 'WatchEvent',
].map((kind) => `v1/${kind}`);
const metaTypes = ['meta.v1.Table', 'meta.v1.PartialObjectMetadata', 'meta.v1.PartialObjectMetadataList', 'meta.v1.Condition', 'meta.v1.LabelSelector'];

export function splitGroupVersion(groupVersion) {
  const slash = groupVersion.indexOf('/');
  return slash < 0 ? { group: '', version: groupVersion } : { group: groupVersion.slice(0, slash), version: groupVersion.slice(slash + 1) };
}

/** The hash that discovery shows is the only place where a server tells in which version it stores a kind. */
const storageVersionHash = (group, version, kind) =>
  createHash('sha256').update(`${group}/${version}/${kind}`).digest().subarray(0, 8).toString('base64');

function readResources(discovery, kinds) {
  const groups = readJson(discovery, 'apis.json').groups;
  const groupOrder = ['', ...groups.map((group) => group.name)];
  const preferred = new Map([['', 'v1'], ...groups.map((group) => [group.name, group.preferredVersion.version])]);
  const resources = [];
  for (const file of readdirSync(join(discovery, 'resources')).sort()) {
    const list = readJson(discovery, 'resources', file);
    const own = splitGroupVersion(list.groupVersion);
    for (const entry of list.resources) {
      const slash = entry.name.indexOf('/');
      if (slash >= 0) {
        const parent = resources.find((r) => r.resource === entry.name.slice(0, slash) && r.group === own.group && r.version === own.version);
        const target = entry.group === undefined && entry.version === undefined ? list.groupVersion : [entry.group, entry.version].filter(Boolean).join('/');
        parent.subresources.push({ name: entry.name.slice(slash + 1), apiVersion: target, kind: entry.kind, verbs: entry.verbs });
        continue;
      }
      let stored = list.groupVersion;
      if (entry.storageVersionHash !== undefined && storageVersionHash(own.group, own.version, entry.kind) !== entry.storageVersionHash) {
        const found = Object.keys(kinds).find((name) => {
          const at = name.lastIndexOf('/');
          const { group, version } = splitGroupVersion(name.slice(0, at));
          return name.slice(at + 1) === entry.kind && storageVersionHash(group, version, entry.kind) === entry.storageVersionHash;
        });
        // CustomResourceDefinition is hashed under another encoding version; a beta that is not served cannot be what we store.
        if (found !== undefined && !/alpha|beta/.test(found)) stored = found.slice(0, found.lastIndexOf('/'));
      }
      resources.push({
        group: own.group, version: own.version, resource: entry.name, kind: entry.kind, singular: entry.singularName, namespaced: entry.namespaced,
        verbs: entry.verbs, shortNames: entry.shortNames, categories: entry.categories, storageVersionHash: entry.storageVersionHash, stored, subresources: [],
      });
    }
  }
  resources.sort((a, b) => groupOrder.indexOf(a.group) - groupOrder.indexOf(b.group));
  return { resources, groups: groupOrder.map((name) => ({ name, preferred: preferred.get(name), versions: name === '' ? ['v1'] : groups.find((g) => g.name === name).versions.map((v) => v.version) })) };
}

function readSchemas(discovery) {
  const schemas = new Map();
  for (const file of readdirSync(join(discovery, 'openapi-v3')).sort()) {
    const components = readJson(discovery, 'openapi-v3', file).components;
    for (const [name, schema] of Object.entries(components?.schemas ?? {})) schemas.set(name, schema);
  }
  return schemas;
}

const isZeroDefault = (value) => value === '' || value === 0 || value === false || (typeof value === 'object' && Object.keys(value).length === 0);

function fieldFacts(schema, property) {
  const facts = {};
  if (schema?.required?.includes(property)) facts.required = true;
  const found = schema?.properties?.[property];
  if (found === undefined) return facts;
  const scalar = found.items ?? found.additionalProperties ?? found;
  if (found['x-kubernetes-list-type'] !== undefined) facts.listType = found['x-kubernetes-list-type'];
  if (found['x-kubernetes-list-map-keys'] !== undefined) facts.listMapKeys = found['x-kubernetes-list-map-keys'];
  if (found['x-kubernetes-map-type'] !== undefined) facts.mapType = found['x-kubernetes-map-type'];
  if (scalar.enum !== undefined) facts.enum = scalar.enum;
  if (scalar.format !== undefined) facts.format = scalar.format;
  if (found.default !== undefined && !isZeroDefault(found.default)) facts.default = found.default;
  return facts;
}

/** Every kind and type that the served API reaches, in the order of the source: `{ types: Map, kinds: Map, resources, groups }`. */
export function readModel(source) {
  const { kinds: allKinds, types: allTypes } = readJson(source, 'reference', 'api-types-1.36.json');
  const discovery = join(source, 'golden', 'api', 'discovery');
  const { resources, groups } = readResources(discovery, allKinds);
  const schemas = readSchemas(discovery);

  const wanted = new Set(metaKinds);
  for (const resource of resources) {
    const apiVersion = resource.group === '' ? resource.version : `${resource.group}/${resource.version}`;
    for (const name of [`${apiVersion}/${resource.kind}`, `${apiVersion}/${resource.kind}List`]) if (allKinds[name] !== undefined) wanted.add(name);
    for (const sub of resource.subresources) if (allKinds[`${sub.apiVersion}/${sub.kind}`] !== undefined) wanted.add(`${sub.apiVersion}/${sub.kind}`);
  }
  for (const options of ['PodLogOptions', 'PodExecOptions', 'PodAttachOptions', 'PodPortForwardOptions']) wanted.add(`v1/${options}`);

  const kinds = new Map(Object.entries(allKinds).filter(([name]) => wanted.has(name)));
  const reached = new Set();
  const reach = (name) => {
    const type = allTypes[name];
    if (type === undefined || reached.has(name)) return;
    reached.add(name);
    if (type.alias !== undefined) reach(type.alias.replace('list of ', ''));
    for (const field of type.fields ?? []) reach(field.type);
  };
  for (const type of [...kinds.values(), ...metaTypes]) reach(type);
  for (const name of ['JSONSchemaProps']) reach(`apiextensions.v1.${name}`);

  const types = new Map();
  for (const [name, type] of Object.entries(allTypes)) {
    if (!reached.has(name)) continue;
    const [group, version] = name.split('.');
    const schema = schemas.get(`${openApiPackages[`${group}.${version}`] ?? `io.k8s.api.${group}.${version}`}.${name.slice(group.length + version.length + 2)}`);
    types.set(name, {
      alias: type.alias?.replace('list of ', ''),
      atomic: schema?.['x-kubernetes-map-type'] === 'atomic',
      fields: (type.fields ?? []).map((field) => (field.inline ? field : { ...field, ...fieldFacts(schema, field.json) })),
    });
  }
  return { types, kinds, resources, groups };
}
