import type { Container } from '../../../api/generated/types.js';

/** Labels as `a=b,c=d`, sorted; `<none>` if there are none. */
export const formatLabels = (labels: Readonly<Record<string, string>> | null | undefined): string => {
  const pairs = Object.entries(labels ?? {}).map(([key, value]) => `${key}=${value}`);
  return pairs.length === 0 ? '<none>' : pairs.sort().join(',');
};

/** The wide columns Containers and Images of everything that has a pod template. */
export const containerCells = (containers: readonly Container[] | null | undefined): readonly [string, string] => [
  (containers ?? []).map((container) => container.name).join(','),
  (containers ?? []).map((container) => container.image ?? '').join(','),
];

/** The first `max` words, and how many more there are. */
export const firstWords = (words: readonly string[], max: number): string =>
  words.length > max ? `${words.slice(0, max).join(',')} + ${words.length - max} more...` : words.join(',');
