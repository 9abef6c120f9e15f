import { existsSync, readFileSync } from 'node:fs';
import { dirname, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { KubernetesObject } from '@naumachia/actors';
import { isMap, isScalar } from 'yaml';
import { documentRoot } from '../../yaml/document.js';
import { type FileError, listOf, mapping, optional, type Parser, type Place, report, required } from '../../yaml/place.js';
import { duration, oneOf, text, wholeNumber } from '../../yaml/values.js';
import { decodeManifest } from '../../load/decode-manifest.js';
import { readManifests, UnreadableManifest } from '../../load/manifests.js';
import { ALWAYS_PROPERTIES, END_PROPERTIES } from '../properties/index.js';
import { plannedFault, swarmFault } from './fault-fields.js';
import { loadStep } from './load-fields.js';
import type { Scenario } from './scenario.js';

/** A scenario that cannot be read at all. */
export class UnreadableScenario extends Error {
  override readonly name = 'UnreadableScenario';
}

/** Either the scenario, or everything that is wrong with it. */
export type ReadScenario = { readonly scenario: Scenario } | { readonly errors: readonly FileError[] };

/** Scenarios that come with the package, by name. */
const SHIPPED = new URL('../../../scenarios/', import.meta.url);
export const DEFAULT_SCENARIO = 'rolling-update-in-a-storm';

const HEALED_AFTER = 5 * 60_000;
/** A key that has failed often enough waits up to 1,000 s (client-go's rate limiter). */
const SETTLE = 25 * 60_000;

/** The path of a scenario that is given by its path, or by its name if it comes with the package. */
export const scenarioPath = (given: string): string => {
  const shipped = fileURLToPath(new URL(`${given}.yaml`, SHIPPED));
  return !existsSync(given) && /^[\w-]+$/.test(given) && existsSync(shipped) ? shipped : given;
};

export const readScenario = (path: string): ReadScenario => {
  let source: string;
  try {
    source = readFileSync(path, 'utf8');
  } catch (error) {
    throw new UnreadableScenario(`cannot read ${path}: ${(error as NodeJS.ErrnoException).code ?? String(error)}`, { cause: error });
  }
  const root = documentRoot(source, path, 'a scenario');
  const { errors } = root;
  if (errors.length > 0) return { errors };
  const scenario = parseScenario(root, path);
  return scenario === undefined || errors.length > 0 ? { errors } : { scenario };
};

/** What the other fields speak of is read first. */
const parseScenario = (root: Place, file: string): Scenario | undefined => {
  const quiet = (name: string, parse: Parser<unknown>): unknown => {
    const node = isMap(root.node) ? root.node.get(name, true) : undefined;
    return node === undefined ? undefined : parse({ ...root, errors: [], node, field: name });
  };
  const nodes = (quiet('nodes', NODES) as number | undefined) ?? Number.POSITIVE_INFINITY;
  const objects = ((quiet('manifests', listOf(manifest(dirname(file)))) as readonly (readonly KubernetesObject[])[] | undefined) ?? []).flat();
  const read = mapping({
    about: optional(text),
    nodes: required(NODES),
    latency: optional(oneOf(['recorded', 'none'])),
    manifests: optional(listOf(manifest(dirname(file)))),
    load: optional(listOf(loadStep(objects))),
    faults: optional(listOf(plannedFault(nodes))),
    swarm: optional(listOf(swarmFault(nodes))),
    duration: optional(duration),
    settle: optional(duration),
    always: optional(listOf(oneOf(Object.keys(ALWAYS_PROPERTIES)))),
    atEnd: optional(listOf(oneOf(Object.keys(END_PROPERTIES)))),
  })(root);
  if (read === undefined) return undefined;
  return {
    file, about: read.about ?? '', nodes: read.nodes, latency: (read.latency ?? 'recorded') as Scenario['latency'], objects, load: read.load ?? [], faults: read.faults ?? [], swarm: read.swarm ?? [],
    duration: read.duration ?? HEALED_AFTER, settle: read.settle ?? SETTLE,
    always: read.always ?? Object.keys(ALWAYS_PROPERTIES), atEnd: read.atEnd ?? Object.keys(END_PROPERTIES),
  };
};

const NODES = wholeNumber(0, 5000);

/** A file or folder of manifests, relative to the scenario; or an object that stands there itself. */
const manifest = (folder: string): Parser<readonly KubernetesObject[]> => (place) => {
  if (isMap(place.node)) {
    const decoded = decodeManifest(place.node.toJSON() as KubernetesObject);
    return 'object' in decoded ? [decoded.object] : report(place, decoded.problem);
  }
  if (!isScalar(place.node) || typeof place.node.value !== 'string') return report(place, 'expected the path of a manifest, or an object');
  try {
    const { manifests, errors } = readManifests([resolve(folder, place.node.value)]);
    for (const { file, line, problem } of errors) place.errors.push({ file, line, field: '', problem });
    return manifests.map(({ object }) => object);
  } catch (error) {
    if (error instanceof UnreadableManifest) return report(place, `cannot read ${place.node.value}: ${((error.cause as NodeJS.ErrnoException | undefined)?.code) ?? 'not a file'}`);
    throw error;
  }
};
