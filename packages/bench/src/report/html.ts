import { escapeMarkup } from './charts/svg.js';

/** Markup that is meant as such; every plain string is text. */
export interface Markup {
  readonly markup: string;
}

export const markup = (text: string): Markup => ({ markup: text });
export const rendered = (content: string | Markup): string => (typeof content === 'string' ? escapeMarkup(content) : content.markup);

/** One element around text or markup. */
export const tagged = (tag: string, content: string | Markup, classes = ''): Markup => markup(`<${tag}${classes === '' ? '' : ` class="${classes}"`}>${rendered(content)}</${tag}>`);

export interface Column {
  readonly title: string;
  readonly number?: boolean;
  /** Never broken into lines. */
  readonly whole?: boolean;
}

/** A table that scrolls sideways where it has no room. Columns without titles have no head. */
export const table = (columns: readonly Column[], rows: readonly (readonly (string | Markup)[])[]): string => {
  const attribute = ({ number, whole }: Column): string => (number === true ? ' class="number"' : whole === true ? ' class="whole"' : '');
  const head = columns.some(({ title }) => title !== '') ? `<tr>${columns.map((column) => `<th${attribute(column)}>${escapeMarkup(column.title)}</th>`).join('')}</tr>\n` : '';
  const body = rows.map((cells) => `<tr>${columns.map((column, index) => `<td${attribute(column)}>${rendered(cells[index] ?? '')}</td>`).join('')}</tr>`);
  return `<div class="scroll"><table>${head}${body.join('\n')}</table></div>`;
};
