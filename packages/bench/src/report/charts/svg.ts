/** Text made safe for HTML and SVG, in content and in attributes. */
export const escapeMarkup = (text: string): string => text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;').replaceAll('"', '&quot;');

export type Attributes = Readonly<Record<string, string | number | undefined>>;

/** One SVG element; children are markup. */
export const element = (name: string, attributes: Attributes, ...children: readonly string[]): string => {
  const given = Object.entries(attributes).flatMap(([key, value]) => (value === undefined ? [] : [` ${key}="${escapeMarkup(typeof value === 'number' ? coordinate(value) : value)}"`]));
  return children.length === 0 ? `<${name}${given.join('')}/>` : `<${name}${given.join('')}>${children.join('')}</${name}>`;
};

export const label = (x: number, y: number, text: string, attributes: Attributes = {}): string => element('text', { x, y, ...attributes }, escapeMarkup(text));

export const path = (points: readonly (readonly [number, number])[]): string => points.map(([x, y], index) => `${index === 0 ? 'M' : 'L'}${coordinate(x)} ${coordinate(y)}`).join('');

/** A tenth of a pixel is enough, and keeps the page small. */
const coordinate = (value: number): string => String(Math.round(value * 10) / 10);
