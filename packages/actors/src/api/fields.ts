import { apiTables } from './generated/tables.js';

/**
 * Go's scalar types, and the types of apimachinery whose JSON form is no object. `Time`, `MicroTime`, `Duration` and `Quantity` are
 * strings, `bytes` is base64, `JSON`, `any` and `RawExtension` hold any JSON, `FieldsV1` is the JSON text of a field set (see object.ts).
 */
export type ScalarName =
  | 'string' | 'bool' | 'int32' | 'int64' | 'float64' | 'bytes'
  | 'Time' | 'MicroTime' | 'Duration' | 'Quantity' | 'IntOrString' | 'JSON' | 'any' | 'RawExtension' | 'FieldsV1';

/**
 * What a field holds. All variants have the same properties, so that walkers stay monomorphic. `wrapped` marks the named lists of strings
 * (ExtraValue, Verbs), which protobuf carries as messages of their own.
 */
export type ValueType =
  | { readonly kind: 'scalar'; readonly scalar: ScalarName; readonly struct: undefined; readonly element: undefined; readonly wrapped: false }
  | { readonly kind: 'struct'; readonly scalar: undefined; readonly struct: ApiType; readonly element: undefined; readonly wrapped: false }
  | { readonly kind: 'list'; readonly scalar: undefined; readonly struct: undefined; readonly element: ValueType; readonly wrapped: boolean }
  | { readonly kind: 'map'; readonly scalar: undefined; readonly struct: undefined; readonly element: ValueType; readonly wrapped: false };

/** A field of a type as its JSON shows it: what Go embeds inline stands among the fields of its parent. */
export interface ApiField {
  /** The JSON name. */
  readonly name: string;
  /** The place among `ApiType.fields`. */
  readonly index: number;
  /** Go names of the structs that Go embeds it in, from the outside: errors of encoding/json name them. */
  readonly within: readonly string[];
  readonly type: ValueType;
  /** A Go pointer: its zero value is written, only its absence is not. */
  readonly pointer: boolean;
  /** When the encoder leaves the field out: never, when empty (omitempty; structs never are), or when zero (omitzero). */
  readonly omit: 'never' | 'empty' | 'zero';
  /** What Go writes for the field if it was not given: nothing, the value `zero`, or a struct of zero values. */
  readonly absent: 'omitted' | 'zero' | 'struct';
  readonly zero: '' | '0' | '0s' | 0 | false | null;
  /** As OpenAPI says; about the same as `omit === 'never'`. */
  readonly required: boolean;
  /** The strategic merge patch directives of the field: `merge`, `replace`, `retainKeys`, or none. */
  readonly patchStrategy: readonly string[];
  readonly mergeKey: string | undefined;
  /** How server-side apply sees a list. A list without a word is atomic. */
  readonly listType: 'atomic' | 'set' | 'map';
  readonly listMapKeys: readonly string[];
  /** True for maps and structs that server-side apply replaces as a whole. */
  readonly atomic: boolean;
  readonly enum: readonly string[] | undefined;
  readonly format: string | undefined;
  /** The default that OpenAPI shows (`protocol: TCP`); server-side apply needs it for keys of list elements. */
  readonly default: unknown;
}

/** One numbered part of a protobuf message: a field, or the embedded struct whose fields stand in the parent. */
export type MessagePart =
  | { readonly number: number; readonly field: ApiField; readonly embedded: undefined }
  | { readonly number: number; readonly field: undefined; readonly embedded: ApiType };

/** A struct of the API. Interned: the same name gives the same object. */
export interface ApiType {
  /** Group, version and Go name: `core.v1.PodSpec`. */
  readonly name: string;
  /** The Go name: `PodSpec`. */
  readonly goName: string;
  /** As Go's errors write it: `v1.PodSpec`. */
  readonly goType: string;
  /** In the order in which Go encodes them. */
  readonly fields: readonly ApiField[];
  readonly field: ReadonlyMap<string, ApiField>;
  /** In ascending order of the numbers, which is that of the encoder; empty where the type has no protobuf form. */
  readonly message: readonly MessagePart[];
  /** Server-side apply owns the struct as a whole. */
  readonly atomic: boolean;
  /** Set for the three types of apiextensions whose JSON is a schema or something simpler. */
  readonly union: 'array' | 'bool' | 'string-array' | undefined;
  /** JSONSchemaProps, where `union` is set. */
  readonly unionSchema: ApiType | undefined;
}

interface PackedField {
  readonly n?: string;
  readonly t: string;
  readonly i?: 1;
  readonly l?: 1;
  readonly m?: 1;
  readonly p?: 1;
  readonly o?: 1 | 2;
  readonly b?: number;
  readonly s?: string;
  readonly k?: string;
  readonly L?: 'atomic' | 'set' | 'map';
  readonly K?: readonly string[];
  readonly M?: string;
  readonly e?: readonly string[];
  readonly r?: 1;
  readonly f?: string;
  readonly d?: unknown;
}

interface PackedType {
  readonly T: string;
  readonly alias?: string;
  readonly atomic?: 1;
  readonly F: readonly PackedField[];
}

/** A resource as discovery lists it; `resources.ts` gives it its derived names. */
export interface PackedResource {
  readonly group: string;
  readonly version: string;
  readonly resource: string;
  readonly kind: string;
  readonly singular: string;
  readonly namespaced: boolean;
  readonly verbs: readonly string[];
  readonly shortNames?: readonly string[];
  readonly categories?: readonly string[];
  readonly storageVersionHash?: string;
  readonly stored: string;
  readonly subresources: readonly { readonly name: string; readonly apiVersion: string; readonly kind: string; readonly verbs: readonly string[] }[];
}

interface Tables {
  readonly types: Readonly<Record<string, PackedType>>;
  readonly kinds: Readonly<Record<string, string>>;
  readonly resources: readonly PackedResource[];
  readonly groups: readonly { readonly name: string; readonly preferred: string; readonly versions: readonly string[] }[];
}

const unions: Readonly<Record<string, ApiType['union']>> = { JSONSchemaPropsOrArray: 'array', JSONSchemaPropsOrBool: 'bool', JSONSchemaPropsOrStringArray: 'string-array' };
const none: readonly string[] = [];

let parsed: Tables | undefined;
let interned: Map<string, ApiType> | undefined;

/** The raw tables, parsed at the first call (about 2 ms). */
export function tables(): Tables {
  parsed ??= JSON.parse(apiTables) as Tables;
  return parsed;
}

interface TypeUnderConstruction extends ApiType {
  readonly fields: ApiField[];
  readonly field: Map<string, ApiField>;
  readonly message: MessagePart[];
  unionSchema: ApiType | undefined;
}

function buildTypes(): Map<string, ApiType> {
  const { types } = tables();
  const built = new Map<string, TypeUnderConstruction>();
  for (const [name, packed] of Object.entries(types)) {
    if (packed.alias !== undefined) continue;
    const parts = name.split('.');
    const goName = parts[2] ?? name;
    built.set(name, {
      name, goName, goType: `${parts[1]}.${goName}`, fields: [], field: new Map(), message: [], atomic: packed.atomic === 1, union: unions[goName], unionSchema: undefined,
    });
  }
  const valueTypes = new Map<string, ValueType>();
  const single = (name: string): ValueType => {
    let type = valueTypes.get(name);
    if (type === undefined) {
      const alias = types[name]?.alias;
      const struct = built.get(name);
      type = alias !== undefined ? { kind: 'list', scalar: undefined, struct: undefined, element: single(alias), wrapped: alias === 'string' }
        : struct !== undefined ? { kind: 'struct', scalar: undefined, struct, element: undefined, wrapped: false }
        : { kind: 'scalar', scalar: name as ScalarName, struct: undefined, element: undefined, wrapped: false };
      valueTypes.set(name, type);
    }
    return type;
  };
  const addFields = (target: TypeUnderConstruction, packed: PackedType, numbered: boolean, within: readonly string[]): void => {
    for (const entry of packed.F) {
      const source = types[entry.t];
      if (entry.i === 1) {
        const embedded = built.get(entry.t);
        if (source === undefined || embedded === undefined) throw new Error(`the API tables embed ${entry.t}, which they do not have`);
        // What is embedded without a number (TypeMeta) travels in the protobuf envelope, not in the message.
        addFields(target, source, false, [...within, embedded.goName]);
        if (numbered && entry.b !== undefined) target.message.push({ number: entry.b, field: undefined, embedded });
        continue;
      }
      const field = unpackField(entry, target.fields.length, single(entry.t), within);
      target.fields.push(field);
      target.field.set(field.name, field);
      if (numbered && entry.b !== undefined) target.message.push({ number: entry.b, field, embedded: undefined });
    }
  };
  for (const [name, type] of built) {
    const packed = types[name];
    if (packed !== undefined) addFields(type, packed, true, none);
    type.message.sort((a, b) => a.number - b.number);
    if (type.union !== undefined) type.unionSchema = built.get(name.replace(/Or\w+$/, ''));
  }
  return built;
}

const zeros: Readonly<Record<ScalarName, ApiField['zero']>> = {
  string: '', bool: false, int32: 0, int64: 0, float64: 0, bytes: null, any: null,
  Time: null, MicroTime: null, Duration: '0s', Quantity: '0', IntOrString: 0, JSON: null, RawExtension: null, FieldsV1: null,
};
/** Structs in Go, which omitempty never leaves out. */
const structScalars: ReadonlySet<ScalarName> = new Set<ScalarName>(['Time', 'MicroTime', 'Duration', 'Quantity', 'IntOrString', 'JSON', 'RawExtension', 'FieldsV1']);

function whenAbsent(entry: PackedField, type: ValueType): ApiField['absent'] {
  if (entry.p === 1 || type.kind === 'list' || type.kind === 'map') return entry.o === undefined ? 'zero' : 'omitted';
  if (type.kind === 'struct') return 'struct';
  return entry.o === undefined || (entry.o === 1 && structScalars.has(type.scalar)) ? 'zero' : 'omitted';
}

function unpackField(entry: PackedField, index: number, single: ValueType, within: readonly string[]): ApiField {
  const type: ValueType = entry.l === 1 ? { kind: 'list', scalar: undefined, struct: undefined, element: single, wrapped: false }
    : entry.m === 1 ? { kind: 'map', scalar: undefined, struct: undefined, element: single, wrapped: false }
    : single;
  return {
    name: entry.n ?? '', index, within, type, pointer: entry.p === 1,
    omit: entry.o === 1 ? 'empty' : entry.o === 2 ? 'zero' : 'never',
    absent: whenAbsent(entry, type),
    zero: entry.p !== 1 && type.kind === 'scalar' ? zeros[type.scalar] : null,
    required: entry.r === 1,
    patchStrategy: entry.s?.split(',') ?? none,
    mergeKey: entry.k,
    listType: entry.L ?? 'atomic',
    listMapKeys: entry.K ?? none,
    atomic: entry.M === 'atomic' || (entry.M !== 'granular' && single.kind === 'struct' && single.struct.atomic),
    enum: entry.e, format: entry.f, default: entry.d,
  };
}

/** The type of that name (`core.v1.PodSpec`), or undefined. */
export function apiType(name: string): ApiType | undefined {
  interned ??= buildTypes();
  return interned.get(name);
}

/** The type of a kind, lists and options included: `('apps/v1', 'Deployment')`, `('v1', 'DeleteOptions')`; undefined if it is not served. */
export function kindType(apiVersion: string, kind: string): ApiType | undefined {
  // What every group shares (PartialObjectMetadata) has a group of its own, which serves no resources; options are registered in each.
  const name = apiVersion.startsWith('meta.k8s.io/') || kind === 'DeleteOptions' ? `meta.v1.${kind}` : tables().kinds[`${apiVersion}/${kind}`];
  return name === undefined ? undefined : apiType(name);
}

/** ObjectMeta, which every kind shares. */
export function objectMetaType(): ApiType {
  const type = apiType('meta.v1.ObjectMeta');
  if (type === undefined) throw new Error('the API tables lack meta.v1.ObjectMeta');
  return type;
}
