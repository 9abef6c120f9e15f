/**
 * Nesting beyond this is not read (go-yaml: 10,000): our parser descends by recursion, and regular expressions that V8 compiles where
 * little of the stack is left end the whole process.
 */
export const MOST_LEVELS = 256;

const [TAB, NEWLINE, SPACE, DOUBLE, HASH, QUOTE, COMMA, DASH, COLON, QUESTION, BACKSLASH] = [0x09, 0x0a, 0x20, 0x22, 0x23, 0x27, 0x2c, 0x2d, 0x3a, 0x3f, 0x5c];
const [LIST, LIST_END, MAP, MAP_END] = [0x5b, 0x5d, 0x7b, 0x7d];

/** The line on which a YAML text is nested too deeply; undefined if it is nowhere. What is text within it may count as structure: it would have to look like hundreds of levels. */
export const tooDeepAt = (text: string): number | undefined => {
  /** Columns at which the blocks begin that are open. */
  const blocks: number[] = [];
  let flow = 0;
  let line = 1;
  let at = 0;
  while (at < text.length) {
    let column = 0;
    let mayBegin = true;
    let inIndent = true;
    for (; at < text.length; at++, column++) {
      const c = text.charCodeAt(at);
      if (c === NEWLINE) break;
      if (c === SPACE || c === TAB) continue;
      if (inIndent) {
        if (c === HASH) at = endOfLine(text, at) - 1;
        else if (flow === 0) enterBlock(blocks, column);
        inIndent = (c === DASH || c === QUESTION) && isBlank(text.charCodeAt(at + 1));
      }
      const opens: boolean = mayBegin && (c === LIST || c === MAP);
      if (opens) flow++;
      else if (mayBegin && (c === DOUBLE || c === QUOTE)) at = endOfQuoted(text, at, c);
      else if ((c === LIST_END || c === MAP_END) && flow > 0) flow--;
      mayBegin = opens || (flow > 0 && (c === COMMA || c === COLON)) || ((c === COLON || c === DASH || c === QUESTION) && isBlank(text.charCodeAt(at + 1)));
      if (flow + blocks.length > MOST_LEVELS) return line;
    }
    at++;
    line++;
  }
  return undefined;
};

const enterBlock = (blocks: number[], column: number): void => {
  while (blocks.length > 0 && (blocks[blocks.length - 1] as number) >= column) blocks.pop();
  blocks.push(column);
};

const isBlank = (c: number): boolean => c === SPACE || c === TAB || c === NEWLINE || Number.isNaN(c);

const endOfLine = (text: string, at: number): number => {
  const end = text.indexOf('\n', at);
  return end < 0 ? text.length : end;
};

/** Where the text in quotes ends that begins at `at`, or the line, if it is none. */
const endOfQuoted = (text: string, at: number, quote: number): number => {
  const end = endOfLine(text, at);
  for (let i = at + 1; i < end; i++) {
    const c = text.charCodeAt(i);
    if (c === BACKSLASH && quote === DOUBLE) i++;
    else if (c === quote) return i;
  }
  return at;
};
