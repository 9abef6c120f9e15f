/** A family of metrics as a scraper reads it. */
export interface Scraped {
  readonly type: string;
  readonly help: string;
  /** By the name of the line (`_bucket`, `_sum` and `_count` of histograms apart). */
  readonly lines: readonly { readonly name: string; readonly labels: Readonly<Record<string, string>>; readonly value: number }[];
}

const LINE = /^([a-zA-Z_:][\w:]*)(?:\{((?:[a-zA-Z_]\w*="(?:[^"\\\n]|\\[\\"n])*",?)*)\})? (\S+)$/;

/** Reads Prometheus' text format as strictly as a scraper does: throws at what it would refuse. */
export const parseExposition = (text: string): Map<string, Scraped> => {
  const families = new Map<string, Scraped & { readonly lines: Scraped['lines'][number][] }>();
  let current = '';
  let help = '';
  if (!text.endsWith('\n')) throw new Error('the last line does not end');
  for (const line of text.slice(0, -1).split('\n')) {
    const [, keyword, name = '', rest = ''] = /^# (HELP|TYPE) (\S+) (.*)$/.exec(line) ?? [];
    if (keyword === 'HELP') help = rest;
    else if (keyword === 'TYPE') {
      if (families.has(name)) throw new Error(`${name} comes twice`);
      families.set((current = name), { type: rest, help, lines: [] });
    } else {
      const [, of = '', labels = '', value = ''] = LINE.exec(line) ?? [];
      const family = families.get(current);
      if (!family || of === '' || !isOf(of, current, family.type)) throw new Error(`this line belongs to nothing: ${line}`);
      const number = value === '+Inf' ? Number.POSITIVE_INFINITY : Number(value);
      if (Number.isNaN(number) && value !== 'NaN') throw new Error(`this is no number: ${line}`);
      const pairs = [...labels.matchAll(/([a-zA-Z_]\w*)="((?:[^"\\\n]|\\[\\"n])*)"/g)].map((match) => [match[1] ?? '', (match[2] ?? '').replaceAll(/\\([\\"n])/g, (_, escaped: string) => (escaped === 'n' ? '\n' : escaped))] as const);
      family.lines.push({ name: of, labels: Object.fromEntries(pairs), value: number });
    }
  }
  return families;
};

const isOf = (line: string, family: string, type: string): boolean => (type === 'histogram' ? [`${family}_bucket`, `${family}_sum`, `${family}_count`].includes(line) : line === family);

/** The sum of the lines of a family that have these labels; `undefined` if there are none. */
export const valueAt = (families: ReadonlyMap<string, Scraped>, name: string, labels: Readonly<Record<string, string>> = {}): number | undefined => {
  const family = families.get(name) ?? families.get(name.replace(/_(?:bucket|sum|count)$/, ''));
  const lines = family?.lines.filter((line) => line.name === name && Object.entries(labels).every(([label, value]) => line.labels[label] === value)) ?? [];
  return lines.length === 0 ? undefined : lines.reduce((sum, { value }) => sum + value, 0);
};
