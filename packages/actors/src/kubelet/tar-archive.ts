/** Archives as `tar` of busybox reads and writes them (POSIX ustar), of regular files whose contents are text. */

export interface ArchivedFile {
  readonly path: string;
  readonly text: string;
}

const BLOCK = 512;
const encoder = new TextEncoder();
const decoder = new TextDecoder();

/** The regular files of an archive; reading ends at what is not one. */
export const readArchive = (bytes: Uint8Array): readonly ArchivedFile[] => {
  const files: ArchivedFile[] = [];
  for (let at = 0; at + BLOCK <= bytes.length && bytes[at] !== 0; ) {
    const size = Number.parseInt(field(bytes, at + 124, 12), 8);
    if (!(size >= 0)) break;
    const type = bytes[at + 156] ?? 0;
    const prefix = field(bytes, at + 345, 155);
    const name = field(bytes, at, 100);
    if (type === 0 || type === 0x30) files.push({ path: prefix === '' ? name : `${prefix}/${name}`, text: decoder.decode(bytes.subarray(at + BLOCK, at + BLOCK + size)) });
    at += BLOCK + Math.ceil(size / BLOCK) * BLOCK;
  }
  return files;
};

const field = (bytes: Uint8Array, at: number, length: number): string => decoder.decode(bytes.subarray(at, at + length)).split('\0', 1)[0] ?? '';

/** An archive as text: what is not text of a header is NUL. Names of more than 100 bytes are cut, as no prefix is written. */
export const writeArchive = (files: readonly ArchivedFile[]): string => `${files.map(entry).join('')}${'\0'.repeat(2 * BLOCK)}`;

/** To so many bytes, not characters. */
const padded = (text: string, length: number): string => {
  const { read, written } = encoder.encodeInto(text, new Uint8Array(length));
  return text.slice(0, read) + '\0'.repeat(length - written);
};

const octal = (value: number, digits: number): string => `${value.toString(8).padStart(digits, '0')}\0`;

const entry = ({ path, text }: ArchivedFile): string => {
  const size = encoder.encode(text).length;
  const head = (checksum: string): string =>
    [padded(path, 100), octal(0o644, 7), octal(0, 7), octal(0, 7), octal(size, 11), octal(0, 11), checksum, '0', '\0'.repeat(100), 'ustar\0', '00'].join('') + '\0'.repeat(BLOCK - 265);
  // The checksum is that of the header with blanks in its place.
  const sum = encoder.encode(head(' '.repeat(8))).reduce((total, byte) => total + byte, 0);
  return `${head(`${sum.toString(8).padStart(6, '0')}\0 `)}${text}${'\0'.repeat((BLOCK - (size % BLOCK)) % BLOCK)}`;
};
