import { readFileSync } from 'node:fs';
import { brotliDecompressSync } from 'node:zlib';

/** Where what a real server says about itself is packed; the same place from `src` and from `dist`. */
const ASSETS = new URL('../../../assets/', import.meta.url);

/** An asset, unpacked if it is compressed. Each call reads anew: whoever needs it again keeps it. */
export const readAssetBytes = (name: string): Buffer => {
  const bytes = readFileSync(new URL(name, ASSETS));
  return name.endsWith('.br') ? brotliDecompressSync(bytes) : bytes;
};

export const readAsset = (name: string): string => readAssetBytes(name).toString('utf8');
