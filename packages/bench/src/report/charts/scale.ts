/** How values lie along an axis: from the domain to pixels, and where the ticks are. */
export interface Scale {
  place(value: number): number;
  readonly ticks: readonly number[];
}

/** From 0 to a round number that is not below `most`. */
export const linearScale = (most: number, from: number, to: number, ticks = 4): Scale => {
  const step = roundStep(most <= 0 ? 1 / ticks : most / ticks);
  const end = step * Math.max(1, Math.ceil(most / step - 1e-9));
  return { place: (value) => from + (value / end) * (to - from), ticks: Array.from({ length: Math.round(end / step) + 1 }, (_, index) => index * step) };
};

/** From `least` to `most` exactly, with round ticks between. */
export const rangeScale = (least: number, most: number, from: number, to: number, ticks = 6): Scale => {
  const width = most > least ? most - least : 1;
  const step = roundStep(width / ticks);
  const first = Math.ceil(least / step - 1e-9);
  const last = Math.floor((least + width) / step + 1e-9);
  return { place: (value) => from + ((value - least) / width) * (to - from), ticks: Array.from({ length: Math.max(0, last - first + 1) }, (_, index) => (first + index) * step) };
};

/** Decades; what lies below `least` is placed at the start. */
export const logScale = (least: number, most: number, from: number, to: number): Scale => {
  const first = Math.floor(Math.log10(least));
  const last = Math.max(first + 1, Math.ceil(Math.log10(most) - 1e-9));
  return {
    place: (value) => from + ((Math.log10(Math.max(value, 10 ** first)) - first) / (last - first)) * (to - from),
    ticks: Array.from({ length: last - first + 1 }, (_, index) => 10 ** (first + index)),
  };
};

/** 1, 2 or 5 times a power of ten. */
const roundStep = (step: number): number => {
  const power = 10 ** Math.floor(Math.log10(step));
  const lead = step / power;
  return power * (lead <= 1 ? 1 : lead <= 2 ? 2 : lead <= 5 ? 5 : 10);
};
