/** Where libyaml begins to look for a place to break a line. */
const BEST_WIDTH = 80;

/**
 * Folds the long lines of a YAML text as libyaml does, and with it every writer of Kubernetes: a plain or quoted scalar goes on in
 * the next line after the first single space beyond column 80. Literal blocks stay as they are.
 */
export function foldYaml(text: string): string {
  const lines = text.split('\n');
  let blockIndent = -1;
  return lines
    .map((line) => {
      const indent = line.length - line.trimStart().length;
      if (blockIndent >= 0 && (indent > blockIndent || line === '')) return line;
      blockIndent = /(^|[:-] )[|>][-+\d]*$/.test(line) ? indent : -1;
      return line.length > BEST_WIDTH ? foldLine(line, indent) : line;
    })
    .join('\n');
}

function foldLine(line: string, indent: number): string {
  // Each dash opens a level; a key opens one more for its value, a bare item does not.
  const [dashes = ''] = /^(- )*/.exec(line.slice(indent)) ?? [];
  const content = line.slice(indent + dashes.length);
  const isMapping = /^("(\\.|[^"\\])*"|'([^']|'')*'|[^\s"'][^\n]*?):( |$)/.test(content);
  const continued = ' '.repeat(indent + dashes.length + (isMapping || dashes === '' ? 2 : 0));
  const start = indent + dashes.length + (isMapping ? content.indexOf(': ') + 2 : 0);
  let out = '';
  let from = 0;
  let column = 0;
  for (let at = 0; at < line.length; at++) {
    const isBreak = line[at] === ' ' && column > BEST_WIDTH && at > start && at < line.length - 1 && line[at - 1] !== ' ' && line[at + 1] !== ' ';
    if (!isBreak) {
      column++;
      continue;
    }
    out += `${line.slice(from, at)}\n${continued}`;
    from = at + 1;
    column = continued.length;
  }
  return out + line.slice(from);
}
