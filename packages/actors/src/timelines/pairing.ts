import type { History } from './histories.js';

interface Mismatch {
  readonly agreed: number;
  /** The entry of the recorded timeline at which they part. */
  readonly at: number;
  readonly text: string;
}

export interface Pairing {
  readonly agreed: number;
  readonly difference: Mismatch | undefined;
}

/**
 * Pairs objects that only chance names apart, so that every pair went through the same. Where that is impossible, the difference is
 * that of the pair that went furthest together.
 */
export const pairUp = (recorded: readonly History[], played: readonly History[], differs: (recorded: History, played: History) => Mismatch | undefined): Pairing => {
  const mismatches = recorded.map((a) => played.map((b) => differs(a, b)));
  const partner = new Array<number>(played.length).fill(-1);
  const tryPair = (row: number, seen: Set<number>): boolean => {
    for (let column = 0; column < played.length; column++) {
      if (seen.has(column) || mismatches[row]?.[column] !== undefined) continue;
      seen.add(column);
      const other = partner[column] ?? -1;
      if (other < 0 || tryPair(other, seen)) {
        partner[column] = row;
        return true;
      }
    }
    return false;
  };
  const alone = recorded.map((_, row) => row).filter((row) => !tryPair(row, new Set()));
  const paired = recorded.length - alone.length;
  const agreedOf = recorded.filter((_, row) => partner.includes(row)).reduce((sum, { writes, events }) => sum + writes.length + events.length, 0);
  const free = played.map((_, column) => column).filter((column) => (partner[column] ?? -1) < 0);
  const candidates = alone.flatMap((row) => (free.length > 0 ? free : played.map((_, column) => column)).map((column) => mismatches[row]?.[column])).filter((mismatch) => mismatch !== undefined);
  const [best] = candidates.sort((a, b) => b.agreed - a.agreed);
  return { agreed: agreedOf + (best?.agreed ?? 0) + paired, difference: best };
};
