export const MAX_NODE_SCORE = 100;

/** plugins/helper/normalize_score.go `DefaultNormalizeScore`: scales by the highest score, in integers. */
export const normalizeScores = (scores: Float64Array, count: number, reverse: boolean): void => {
  let highest = 0;
  for (let at = 0; at < count; at++) if ((scores[at] as number) > highest) highest = scores[at] as number;
  if (highest === 0) {
    if (reverse) scores.fill(MAX_NODE_SCORE, 0, count);
    return;
  }
  for (let at = 0; at < count; at++) {
    const score = Math.trunc((MAX_NODE_SCORE * (scores[at] as number)) / highest);
    scores[at] = reverse ? MAX_NODE_SCORE - score : score;
  }
};
