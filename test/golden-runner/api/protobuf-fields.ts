/** One field of a protobuf message, as bytes. */
export interface WireField {
  readonly number: number;
  readonly tag: bigint;
  /** Of a field with a length. */
  readonly content: Buffer | undefined;
  /** The field with its tag. */
  readonly whole: Buffer;
}

export const readVarint = (bytes: Buffer, from: number): readonly [value: bigint, end: number] => {
  let value = 0n;
  for (let shift = 0n, at = from; ; shift += 7n) {
    const byte = bytes[at++] ?? 0;
    value |= BigInt(byte & 127) << shift;
    if (byte < 128) return [value, at];
  }
};

const writeVarint = (value: bigint): Buffer => {
  const bytes: number[] = [];
  let left = value;
  for (; left > 127n; left >>= 7n) bytes.push(Number(left & 127n) | 128);
  return Buffer.from([...bytes, Number(left)]);
};

export const wireFields = (bytes: Buffer): WireField[] => {
  const out: WireField[] = [];
  for (let at = 0; at < bytes.length; ) {
    const from = at;
    const [tag, afterTag] = readVarint(bytes, at);
    at = afterTag;
    let content: Buffer | undefined;
    switch (Number(tag & 7n)) {
      case 0:
        at = readVarint(bytes, at)[1];
        break;
      case 1:
        at += 8;
        break;
      case 2: {
        const [length, start] = readVarint(bytes, at);
        at = start + Number(length);
        content = bytes.subarray(start, at);
        break;
      }
      case 5:
        at += 4;
        break;
      default:
        throw new Error('not protobuf');
    }
    out.push({ number: Number(tag >> 3n), tag, content, whole: bytes.subarray(from, at) });
  }
  return out;
};

/** The message with the contents of some fields replaced. */
export const rewritten = (bytes: Buffer, by: Readonly<Record<number, (content: Buffer) => Buffer>>): Buffer =>
  Buffer.concat(
    wireFields(bytes).flatMap(({ number, tag, content, whole }) => {
      const change = by[number];
      if (content === undefined || change === undefined) return [whole];
      const inner = change(content);
      return [writeVarint(tag), writeVarint(BigInt(inner.length)), inner];
    }),
  );
