import { podTemplateDump } from './generated/pod-template-dump.js';
import type { PodTemplateSpec } from './generated/types.js';
import { fnv32a, fnv32aBytes, safeEncode } from './hash.js';
import { goQuantity } from './quantity.js';

/**
 * The `pod-template-hash` of Kubernetes 1.36, to the letter: FNV-1a over Go's dump of the PodTemplateSpec struct (spew, `%#v`). Templates with
 * timestamps are the one thing that the dump of ours leaves out; no template has any.
 */

/** Hashes that come with the immutable template: a Deployment asks at every sync. */
const dumped = new WeakMap<object, number>();

/** controller.ComputeHash. The template is that of a Deployment as stored: no `pod-template-hash` label, defaults filled in. */
export function podTemplateHash(template: PodTemplateSpec, collisionCount?: number): string {
  let hash = dumped.get(template);
  if (hash === undefined) {
    hash = fnv32a(dumpTemplate(template));
    dumped.set(template, hash);
  }
  // Little-endian in a buffer of eight bytes, of which PutUint32 fills four.
  if (collisionCount !== undefined) hash = fnv32aBytes(Uint8Array.of(collisionCount, collisionCount >>> 8, collisionCount >>> 16, collisionCount >>> 24, 0, 0, 0, 0), hash);
  return safeEncode(String(hash));
}

type Fields = Readonly<Record<string, unknown>>;
/** Writes a value without its type; `undefined` is the zero value. */
type Dump = (value: unknown) => string;

interface DumpTables {
  readonly structs: Readonly<Record<string, readonly string[]>>;
  readonly named: Readonly<Record<string, string>>;
}

interface Field {
  /** `Name:(string)`. */
  readonly head: string;
  /** The same and the zero value, for the many fields that are not set. */
  readonly absent: string;
  /** Empty for an embedded struct, whose fields stand in the parent. */
  readonly json: string;
  readonly dump: Dump;
}

let parsed: DumpTables | undefined;
const tables = (): DumpTables => (parsed ??= JSON.parse(podTemplateDump) as DumpTables);
const dumps = new Map<string, Dump>();

/** The text that Go hashes. */
export function dumpTemplate(template: PodTemplateSpec): string {
  return `(v1.PodTemplateSpec)${dumpOf('v1.PodTemplateSpec')(template)}`;
}

function dumpOf(type: string): Dump {
  let dump = dumps.get(type);
  if (dump === undefined) {
    dump = makeDump(type);
    dumps.set(type, dump);
  }
  return dump;
}

const numberDump: Dump = (value) => (typeof value === 'number' ? String(value) : '0');
const basic: Readonly<Record<string, Dump>> = {
  string: (value) => (typeof value === 'string' ? value : ''),
  bool: (value) => (value === true ? 'true' : 'false'),
  int32: numberDump,
  int64: numberDump,
  'v1.Time': () => '{Time:(time.Time){wall:(uint64)0 ext:(int64)0 loc:(*time.Location)<nil>}}',
  'v1.FieldsV1': () => '{Raw:([]uint8)<nil>}',
  'intstr.IntOrString': (value) => `{Type:(intstr.Type)${typeof value === 'string' ? 1 : 0} IntVal:(int32)${typeof value === 'number' ? value : 0} StrVal:(string)${typeof value === 'string' ? value : ''}}`,
  'resource.Quantity': (value) => quantityDump(typeof value === 'string' ? value : undefined),
};

function makeDump(type: string): Dump {
  const known = basic[type];
  if (known !== undefined) return known;
  const behind = tables().named[type];
  if (behind !== undefined) return dumpOf(behind);
  if (type.startsWith('*')) {
    const target = type.slice(1);
    return (value) => (value === undefined || value === null ? '<nil>' : dumpOf(target)(value));
  }
  if (type.startsWith('[]')) {
    const element = type.slice(2);
    return (value) => (Array.isArray(value) ? `[${value.map((item: unknown) => dumpOf(element)(item)).join(' ')}]` : '<nil>');
  }
  if (type.startsWith('map[')) {
    const element = type.slice(type.indexOf(']') + 1);
    return (value) => {
      if (typeof value !== 'object' || value === null) return '<nil>';
      const entries = value as Fields;
      return `map[${Object.keys(entries).sort().map((key) => `${key}:${dumpOf(element)(entries[key])}`).join(' ')}]`;
    };
  }
  return structDump(type);
}

function structDump(type: string): Dump {
  const described = tables().structs[type];
  if (described === undefined) throw new Error(`the dump of a pod template has no type ${type}`);
  // Types contain themselves only through pointers, but those of a struct are made when they are first needed.
  let fields: readonly Field[] | undefined;
  return (value) => {
    fields ??= described.map((text) => fieldOf(text));
    const object = (value ?? {}) as Fields;
    let out = '{';
    for (const { head, absent, json, dump } of fields) {
      const given = json === '' ? object : object[json];
      out += given === undefined ? absent : head + dump(given);
    }
    return `${out.slice(0, -1)}}`;
  };
}

/** Every field ends with a space, which the struct takes off the last one. */
function fieldOf(text: string): Field {
  const [goName = '', goType = '', json = ''] = text.split(' ');
  const dump = dumpOf(goType);
  const head = `${goName}:(${goType})`;
  return { head, absent: `${head}${dump(undefined)} `, json, dump: (value) => `${dump(value)} ` };
}

function quantityDump(text: string | undefined): string {
  const { value, scale, isBig, kept, format } = text === undefined ? { value: 0n, scale: 0, isBig: false, kept: false, format: '' } : goQuantity(text);
  const small = isBig ? [0n, 0] : [value, scale];
  const big = isBig ? `{unscaled:(big.Int){neg:(bool)${value < 0n} abs:(big.nat)[${words(value < 0n ? -value : value).join(' ')}]} scale:(inf.Scale)${scale}}` : '<nil>';
  return `{i:(resource.int64Amount){value:(int64)${small[0]} scale:(resource.Scale)${small[1]}} d:(resource.infDecAmount){Dec:(*inf.Dec)${big}} s:(string)${kept ? text : ''} Format:(resource.Format)${format}}`;
}

/** The 64-bit words of a number, the lowest first, as math/big keeps them. */
function words(value: bigint): bigint[] {
  const list: bigint[] = [];
  for (let rest = value; rest > 0n; rest >>= 64n) list.push(rest & 0xffff_ffff_ffff_ffffn);
  return list;
}
