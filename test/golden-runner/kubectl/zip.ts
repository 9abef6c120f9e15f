import { inflateRawSync } from 'node:zlib';

const END_OF_DIRECTORY = 0x06054b50;
const DIRECTORY_ENTRY = 0x02014b50;
const STORED = 0;
const DEFLATED = 8;

/** The contents of one file of a zip archive (APPNOTE 6.3, without ZIP64 and encryption); undefined if it is not in there. */
export const unzipped = (archive: Buffer, path: string): Buffer | undefined => {
  let end = archive.length - 22;
  while (end >= 0 && archive.readUInt32LE(end) !== END_OF_DIRECTORY) end--;
  if (end < 0) throw new Error('not a zip archive');
  let at = archive.readUInt32LE(end + 16);
  for (let left = archive.readUInt16LE(end + 10); left > 0; left--) {
    if (archive.readUInt32LE(at) !== DIRECTORY_ENTRY) throw new Error('a broken zip archive');
    const method = archive.readUInt16LE(at + 10);
    const size = archive.readUInt32LE(at + 20);
    const [name, extra, comment] = [archive.readUInt16LE(at + 28), archive.readUInt16LE(at + 30), archive.readUInt16LE(at + 32)];
    if (archive.toString('utf8', at + 46, at + 46 + name) === path) return contentAt(archive, archive.readUInt32LE(at + 42), size, method);
    at += 46 + name + extra + comment;
  }
  return undefined;
};

/** What the local header at `at` precedes: its own name and extra fields may be of other lengths than in the directory. */
const contentAt = (archive: Buffer, at: number, size: number, method: number): Buffer => {
  const from = at + 30 + archive.readUInt16LE(at + 26) + archive.readUInt16LE(at + 28);
  const content = archive.subarray(from, from + size);
  if (method === STORED) return content;
  if (method === DEFLATED) return inflateRawSync(content);
  throw new Error(`a zip archive with compression ${method}`);
};
