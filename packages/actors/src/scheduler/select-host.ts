/**
 * Which of the best nodes wins (schedule_one.go `selectHost`). Without extenders nothing is left to chance in 1.36: Go's `heap.Init`
 * runs over the feasible nodes with "higher total first", and the root is taken. A heap's root is the best of itself, the left and
 * the right subtree, the former preferred where they are equal; so the winner is, among the nodes with the highest total, the first
 * in pre-order of the implicit tree. That needs no heap.
 */
export const selectHost = (totals: Float64Array, count: number): number => {
  let best = 0;
  let highest = totals[0] as number;
  for (let at = 1; at < count; at++) {
    const total = totals[at] as number;
    if (total > highest) {
      highest = total;
      best = at;
    } else if (total === highest && comesFirst(at + 1, best + 1)) best = at;
  }
  return best;
};

/** Whether tree position `a` stands before `b` in pre-order; positions count from 1, the children of `p` are `2p` and `2p + 1`. */
const comesFirst = (a: number, b: number): boolean => {
  const depthA = Math.clz32(a);
  const depthB = Math.clz32(b);
  // More leading zeros: nearer to the root. Compare the ancestors at the depth of the shallower one.
  const shallowA = depthB < depthA ? a : a >>> (depthB - depthA);
  const shallowB = depthA < depthB ? b : b >>> (depthA - depthB);
  return shallowA === shallowB ? depthA > depthB : shallowA < shallowB;
};
