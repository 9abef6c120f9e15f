/** What Node's buffers decode strings with; they take any bytes, without a view of them having to be made. */
const { latin1Slice, utf8Slice } = Buffer.prototype as unknown as { readonly [name in 'latin1Slice' | 'utf8Slice']: (this: Uint8Array, start: number, end: number) => string };

const { compare } = Buffer.prototype;

/** Texts up to this long are compared unit by unit; of longer ones the bytes are kept for it. */
const SHORT = 48;
/** A longer text is hardly ever met again. */
const LONGEST = 4096;
/** Bytes of a long text that its hash looks at. */
const SAMPLES = 24;
const PLACES = 2048;
const LONG_PLACES = 256;

/**
 * Decodes strings, and gives one and the same string for equal bytes if they were met not long ago: nearly all strings of a cluster's
 * objects are those of the objects before them (names of containers and conditions, sets of managed fields). What is asked for most
 * costs no memory then, and is compared and hashed by whoever gets it without being looked at.
 */
export class InternedTexts {
  readonly #texts: (string | undefined)[] = new Array<string | undefined>(PLACES).fill(undefined);
  readonly #long: ({ readonly text: string; readonly bytes: Uint8Array } | undefined)[] = new Array(LONG_PLACES).fill(undefined);

  /**
   * By place: the hash of the long text that came last, and whether one of that hash is kept. It is when the hash comes for the second
   * time; many never do, and of many that differ in an address only (same hash) one is enough.
   */
  readonly #met = new Int32Array(LONG_PLACES);
  readonly #isKept = new Uint8Array(LONG_PLACES);

  /** The text whose UTF-8 stands in `bytes` from `start` to `end`. */
  read(bytes: Uint8Array, start: number, end: number): string {
    const length = end - start;
    if (length === 0) return '';
    if (length > SHORT) return length > LONGEST ? textOf(bytes, start, end) : this.#readLong(bytes, start, end);
    // Few bytes tell most texts apart: names end, and times and addresses begin, alike.
    const middle = start + (length >> 1);
    let hash = Math.imul((length << 24) ^ ((bytes[start] as number) << 16) ^ ((bytes[middle] as number) << 8) ^ (bytes[end - 1] as number), 0x01000193);
    if (length > 4) hash = Math.imul(hash ^ ((bytes[start + 2] as number) << 16) ^ ((bytes[end - 3] as number) << 8) ^ (bytes[middle + 1] as number), 0x01000193);
    const place = (hash ^ (hash >>> 15)) & (PLACES - 1);
    const known = this.#texts[place];
    if (known !== undefined && known.length === length) {
      let i = 0;
      while (i < length && known.charCodeAt(i) === bytes[start + i]) i++;
      if (i === length) return known;
    }
    return (this.#texts[place] = textOf(bytes, start, end));
  }

  #readLong(bytes: Uint8Array, start: number, end: number): string {
    const length = end - start;
    let hash = length;
    const step = length / SAMPLES;
    for (let i = 0; i < SAMPLES; i++) hash = Math.imul(hash ^ (bytes[start + ((i * step) | 0)] as number), 0x01000193);
    const place = (hash ^ (hash >>> 15)) & (LONG_PLACES - 1);
    const known = this.#long[place];
    if (known !== undefined && known.bytes.length === length && compare.call(known.bytes, bytes, start, end) === 0) return known.text;
    const text = textOf(bytes, start, end);
    if (this.#met[place] !== hash) {
      this.#met[place] = hash;
      this.#isKept[place] = 0;
    } else if (this.#isKept[place] === 0) {
      this.#long[place] = { text, bytes: bytes.slice(start, end) };
      this.#isKept[place] = 1;
    }
    return text;
  }
}

/** Nearly all texts are ASCII: Node copies them in a fraction of the time in which it decodes UTF-8. */
const textOf = (bytes: Uint8Array, start: number, end: number): string => {
  let all = 0;
  for (let at = start; at < end; at++) all |= bytes[at] as number;
  return (all < 0x80 ? latin1Slice : utf8Slice).call(bytes, start, end);
};
