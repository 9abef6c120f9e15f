import { readFileSync } from 'node:fs';
import { resolve } from 'node:path';
import type { KubernetesObject } from '@naumachia/actors';
import { kindType } from '@naumachia/actors/api';
import { isMap, LineCounter, parseDocument } from 'yaml';
import { decodeManifest } from '../load/decode-manifest.js';
import { placeOf } from '../load/manifests.js';
import { type Place, report } from '../yaml/place.js';
import { BadTemplate, parseGoTemplate } from './go-template.js';

/** A file of which one or many objects are made. */
export interface ObjectTemplate {
  readonly file: string;
  /** The first object, for those who ask what it needs. */
  readonly sample: KubernetesObject;
  /** Object `index` of `count`. Throws `BadTemplate` where the text that comes out is no object. */
  readonly make: (index: number, count: number) => KubernetesObject;
}

/** What an operation makes of a template, where it is not any object. */
export type TemplateKind = 'Namespace' | 'Node' | 'PersistentVolume' | 'PersistentVolumeClaim' | 'Pod' | 'any';

/** Reads templates, each file once. What is wrong with one is reported where it stands in the template. */
export const templateReader = (folder: string): ((place: Place, path: string, kind: TemplateKind, count: number) => ObjectTemplate | undefined) => {
  const known = new Map<string, ObjectTemplate | undefined>();
  return (place, path, kind, count) => {
    const file = resolve(folder, path);
    const key = `${kind} ${Math.min(count, 1)} ${file}`;
    if (!known.has(key)) known.set(key, readTemplate(place, path, file, kind, count));
    return known.get(key);
  };
};

const readTemplate = (place: Place, path: string, file: string, kind: TemplateKind, count: number): ObjectTemplate | undefined => {
  let text: string;
  try {
    text = readFileSync(file, 'utf8');
  } catch (error) {
    return report(place, `cannot read the template ${path}: ${(error as NodeJS.ErrnoException).code ?? String(error)}`);
  }
  try {
    const template = parseGoTemplate(text);
    const make = (index: number, of: number): KubernetesObject => decoded(template.render({ Index: index, Count: of }), kind);
    const sample = make(0, Math.max(1, count));
    return { file, sample, make: template.constant ? () => sample : make };
  } catch (error) {
    if (!(error instanceof BadTemplate)) throw error;
    place.errors.push({ file, line: error.line, field: '', problem: error.message });
    return undefined;
  }
};

const decoded = (text: string, kind: TemplateKind): KubernetesObject => {
  const lines = new LineCounter();
  const document = parseDocument(text, { lineCounter: lines });
  const [error] = document.errors;
  if (error) throw new BadTemplate(error.linePos?.[0].line ?? 1, error.message.split('\n')[0] ?? 'not YAML');
  const fail = (problem: string, field: readonly (string | number)[] = []): BadTemplate => new BadTemplate(lines.linePos(placeOf(document, field)).line, problem);
  if (!isMap(document.contents)) throw fail('an object is expected here');
  const given = document.toJS() as KubernetesObject;
  // Templates of a certain kind are read as that kind, so they need not name it.
  const object: KubernetesObject = kind === 'any' ? given : Object.assign({}, given, { apiVersion: given.apiVersion ?? 'v1', kind: given.kind ?? kind });
  if (kind !== 'any' && object.kind !== kind) throw fail(`expected a ${kind}, found ${JSON.stringify(object.kind)}`, ['kind']);
  // A kind that the API server does not know is told of as something that is missing, not as a mistake.
  if (kind === 'any' && typeof object.kind === 'string' && typeof object.apiVersion === 'string' && !kindType(object.apiVersion, object.kind)) return object;
  const first = decodeManifest(object);
  if ('object' in first) return first.object;
  const folded = kind === 'any' ? first : decodeManifest(withFieldsInCase(object));
  if ('object' in folded) return folded.object;
  throw fail(folded.problem, folded.field);
};

type ApiType = NonNullable<ReturnType<typeof kindType>>;
type ValueType = ApiType['fields'][number]['type'];

/** Go's decoders take fields of typed objects in any case (`NodeTaintsPolicy`): the same object with the names as the API has them. */
const withFieldsInCase = (object: KubernetesObject): KubernetesObject => {
  const type = kindType(object.apiVersion, object.kind);
  return type === undefined ? object : (inStruct(type, object) as KubernetesObject);
};

const inStruct = (type: ApiType, value: unknown): unknown => {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) return value;
  return Object.fromEntries(
    Object.entries(value).map(([name, inner]) => {
      const field = type.field.get(name) ?? type.fields.find((candidate) => candidate.name.toLowerCase() === name.toLowerCase());
      return field ? [field.name, inValue(field.type, inner)] : [name, inner];
    }),
  );
};

const inValue = (type: ValueType, value: unknown): unknown => {
  if (type.kind === 'struct') return inStruct(type.struct, value);
  if (type.kind === 'list' && Array.isArray(value)) return value.map((element) => inValue(type.element, element));
  if (type.kind === 'map' && typeof value === 'object' && value !== null) return Object.fromEntries(Object.entries(value).map(([key, element]) => [key, inValue(type.element, element)]));
  return value;
};
