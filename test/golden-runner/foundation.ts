import { readFileSync } from 'node:fs';

/** A line of foundation.txt: a case, or a family of which every case is meant. */
export interface FoundationLine {
  readonly set: string;
  readonly name: string;
}

/** What the list of the foundation names: `set name`, perhaps with a remark in brackets. */
export const readFoundation = (file: string | URL): readonly FoundationLine[] =>
  readFileSync(file, 'utf8')
    .split('\n')
    .filter((line) => line.trim() !== '' && !line.startsWith('#'))
    .map((line) => {
      const [set = '', name = ''] = line.split(' ');
      return { set, name };
    });
