import { isRecord, type Json, type JsonRecord } from './json.js';
import { readVarint, rewritten, wireFields } from './protobuf-fields.js';

/** Stands in every recording for the eight letters that make the names of one run of one conversation unique. */
export const RUN_ID = 'idididid';

const PROTOBUF = 'application/vnd.kubernetes.protobuf';
const UUID = /\b[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}\b/g;
const TIME = /\b(?:202[5-9]|20[3-9]\d)-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d+)?(?:Z|[+-]\d\d:\d\d)/g;
const AGE_COLUMNS = new Set(['Age', 'Last Seen', 'First Seen', 'Last Schedule']);

/** What is known above a value while it is walked. */
interface Around {
  readonly isMeta: boolean;
  readonly isList: boolean;
}

/**
 * Turns what no server can answer twice (uids, versions, times, drawn names) into placeholders, the same value always into the same
 * one. The recordings went through the same rules (the README of the recorded set lists them).
 */
export class Normaliser {
  readonly #id: string;
  readonly #known = new Map<string, string>();
  readonly #count: Record<string, number> = {};
  /** Everything that the conversation itself has said: such values are not drawn by the server. */
  #sent = '';

  constructor(id: string) {
    this.#id = id;
  }

  request(text: string): void {
    this.#sent += `\n${text}`;
  }

  #chosen(kind: string, value: string): boolean {
    return !this.#known.has(`${kind}\0${value}`) && this.#sent.includes(value);
  }

  #place(kind: string, value: string): string {
    const key = `${kind}\0${value}`;
    let placeholder = this.#known.get(key);
    if (placeholder === undefined) {
      this.#count[kind] = (this.#count[kind] ?? 0) + 1;
      this.#known.set(key, (placeholder = `<${kind}:${this.#count[kind]}>`));
    }
    return placeholder;
  }

  text(raw: string): Json {
    let s = raw.replaceAll(this.#id, RUN_ID);
    if (/^eyJ[\w-]+\.eyJ[\w-]+\.[\w-]+$/.test(s)) return this.#token(s);
    s = s.replaceAll(UUID, (uid) => (this.#chosen('uid', uid) ? uid : this.#place('uid', uid)));
    s = s.replaceAll(TIME, (_, fraction: string | undefined) => (fraction ? '<microtime>' : '<time>'));
    s = s.replaceAll(/kube-api-access-[a-z0-9]{5}\b/g, (name) => `kube-api-access-${this.#place('gen', name)}`);
    for (const [key, to] of this.#known) if (key.startsWith('name\0') && s.includes(key.slice(5))) s = s.replaceAll(key.slice(5), to);
    s = s.replaceAll(/\b10\.96\.\d+\.\d+\b/g, (ip) => (this.#chosen('ip', ip) ? ip : this.#place('ip', ip)));
    s = s.replaceAll(/(ResourceVersion in (?:precondition|object meta): )(\d+)/g, (_, before: string, v: string) => before + (this.#known.get(`rv\0${v}`) ?? (this.#sent.includes(v) ? v : '<rv>')));
    s = s.replaceAll(/(too old resource version: )(\d+)( \()(\d+)\)/g, '$1<rv>$3<rv>)').replaceAll(/(current: )\d+/g, '$1<rv>');
    return s.replaceAll(/(in (?:record|the precondition) \()\d+(\))/g, '$1<rv>$2').replaceAll(/(resourceVersion(?:\\?":|: )\\?")\d+/g, '$1<rv>');
  }

  #token(s: string): Json {
    const [head, claims] = s.split('.').map((part) => {
      try {
        return JSON.parse(Buffer.from(part, 'base64url').toString()) as Record<string, Json>;
      } catch {
        return undefined;
      }
    });
    if (claims) {
      claims.ttl = Number(claims.exp) - Number(claims.iat);
      for (const key of ['exp', 'iat', 'nbf']) if (key in claims) claims[key] = '<unix>';
      const own = claims['kubernetes.io'];
      if (isRecord(own) && own.warnafter) claims['kubernetes.io'] = { ...own, warnafter: '<unix>' };
    }
    return { jwt: this.json({ alg: head?.alg ?? null, claims: claims ?? null }) };
  }

  json(value: unknown, around: Around = OUTSIDE, key?: string, above?: JsonRecord): Json {
    if (typeof value === 'string') {
      if (key === 'resourceVersion' && around.isMeta && /^[1-9]\d*$/.test(value)) return around.isList ? '<listrv>' : this.#place('rv', value);
      if (key === 'continue' && value !== '') return '<continue>';
      return key === 'storageVersionHash' ? '<hash>' : this.text(value);
    }
    if (typeof value === 'number' && (key === 'nodePort' || key === 'healthCheckNodePort') && value >= 30_000 && value <= 32_767) {
      return this.#chosen('nodePort', String(value)) ? value : this.#place('nodePort', String(value));
    }
    if (Array.isArray(value)) return (key === 'managedFields' ? sortedManagers(value as JsonRecord[]) : (value as Json[])).map((element) => this.json(element, around, undefined, above));
    return isRecord(value) ? this.#record(value, key, above) : (value as Json);
  }

  #record(given: JsonRecord, key: string | undefined, above: JsonRecord | undefined): Json {
    let value = given;
    const self: Around = key === 'metadata' ? { isMeta: true, isList: above !== undefined && isListLike(above) } : OUTSIDE;
    if (key === 'metadata') this.#generated(value);
    value = ageless(value);
    if (key === 'details' && Array.isArray(value.causes) && (value.causes as JsonRecord[]).every((cause) => cause.reason === 'FieldManagerConflict')) {
      // The real order is that of a Go map.
      value = { ...value, causes: [...(value.causes as JsonRecord[])].sort((a, b) => (`${String(a.message)}${String(a.field)}` < `${String(b.message)}${String(b.field)}` ? -1 : 1)) };
    }
    const out: Record<string, Json> = {};
    // Placeholders are numbered in the order of the keys, whatever order the server sent.
    for (const name of Object.keys(value).sort()) out[name.replaceAll(this.#id, RUN_ID)] = this.json(value[name], self, name, value);
    return out;
  }

  #generated({ name, generateName }: JsonRecord): void {
    if (typeof name !== 'string' || typeof generateName !== 'string' || !name.startsWith(generateName) || name.length <= generateName.length) return;
    if (!this.#known.has(`gen\0${name}`) && this.#sent.includes(name)) return;
    this.#known.set(`name\0${name.replaceAll(this.#id, RUN_ID)}`, generateName.replaceAll(this.#id, RUN_ID) + this.#place('gen', name));
  }

  event(event: Json): Json {
    const { type, object } = event as { readonly type?: string; readonly object?: JsonRecord };
    if (type !== 'BOOKMARK' || object === undefined) return this.json(event);
    const out = this.json({ type, object: { ...object, bookmark: true } }) as { object: Record<string, Json> };
    delete out.object.bookmark;
    return out as Json;
  }

  /** A body by its content type: JSON as a value, protobuf as base64, all else as text. */
  body(bytes: Buffer, type = ''): Json | undefined {
    if (bytes.length === 0) return undefined;
    if (type.startsWith(PROTOBUF)) return { protobuf: this.#protobuf(bytes).toString('base64') };
    const text = bytes.toString();
    if (!type.includes('json')) return this.text(text);
    try {
      return this.json(JSON.parse(text));
    } catch {
      return this.text(text);
    }
  }

  /** `k8s\0`, then runtime.Unknown whose field 2 is the object; only its metadata holds what varies. */
  #protobuf(bytes: Buffer): Buffer {
    // Seconds since the epoch as protobuf writes them, in a Timestamp without nanoseconds.
    // oxlint-disable-next-line no-control-regex
    const stampedSeconds = /\x08([\x80-\xff]{4}[\x00-\x7f])\x10\x00/g;
    const settled = bytes
      .toString('latin1')
      .replaceAll(this.#id, RUN_ID)
      .replaceAll(/kube-api-access-[a-z0-9]{5}/g, 'kube-api-access-aaaaa')
      .replaceAll(/[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}/g, (uid) => (this.#chosen('uid', uid) ? uid : '00000000-0000-0000-0000-000000000000'))
      .replaceAll(stampedSeconds, (all, seconds: string) => (isRecent(readVarint(Buffer.from(seconds, 'latin1'), 0)[0]) ? '\x08\x80\x80\x80\x80\x01\x10\x00' : all));
    const zero = (): Buffer => Buffer.from('(volatile)');
    const stamp = (): Buffer => Buffer.from([8, 1, 16, 0]);
    const meta = (m: Buffer): Buffer => rewritten(m, { 5: zero, 6: zero, 8: stamp, 9: stamp, 17: (entry) => rewritten(entry, { 4: stamp }) });
    const listMeta = (m: Buffer): Buffer => rewritten(m, { 2: zero, 3: (token) => (token.length > 0 ? zero() : token) });
    const unknown = Buffer.from(settled, 'latin1').subarray(4);
    const type = wireFields(unknown).find((field) => field.number === 1)?.content;
    const kind = type === undefined ? '' : (wireFields(type).find((field) => field.number === 2)?.content?.toString() ?? '');
    const object = (o: Buffer): Buffer => {
      if (kind.endsWith('List')) return rewritten(o, { 1: listMeta, 2: (item) => rewritten(item, { 1: meta }) });
      return kind === 'Status' ? rewritten(o, { 1: listMeta, 5: (details) => rewritten(details, { 6: zero }) }) : rewritten(o, { 1: meta });
    };
    return Buffer.concat([Buffer.from('k8s\0'), rewritten(unknown, { 2: object })]);
  }
}

const OUTSIDE: Around = { isMeta: false, isList: false };

const isListLike = (object: JsonRecord): boolean => 'items' in object || 'rows' in object || (typeof object.kind === 'string' && object.kind.endsWith('List')) || object.bookmark === true;

const isRecent = (seconds: bigint): boolean => seconds > 1_735_689_600n && seconds < 4_102_444_800n;

const sortedManagers = (entries: readonly JsonRecord[]): JsonRecord[] => {
  const key = (entry: JsonRecord): string => [entry.operation, entry.subresource ?? '', entry.manager, entry.apiVersion].join('\0');
  return [...entries].sort((a, b) => (key(a) < key(b) ? -1 : 1));
};

/** A table without the ages of its rows; any other record as it is. */
export const ageless = (table: JsonRecord): JsonRecord => {
  if (table.kind !== 'Table' || !table.rows) return table;
  const columns = table.columnDefinitions as readonly JsonRecord[] | null | undefined;
  // Rows may have more cells than columns: those of IPAddresses end with an age that no column names.
  const isAge = (i: number): boolean => !columns || i >= columns.length || AGE_COLUMNS.has(String(columns[i]?.name));
  const rows = (table.rows as readonly JsonRecord[]).map((row) => ({
    ...row,
    // Restarts say how long ago too: that grows with the days since the recording.
    cells: ((row.cells ?? []) as readonly Json[]).map((cell, i) => (isAge(i) && /^(\d+[smhdy])+$/.test(String(cell)) ? '<age>' : typeof cell === 'string' ? cell.replace(/\((\d+[smhdy])+ ago\)/, '(<age> ago)') : cell)),
  }));
  return { ...table, rows };
};
