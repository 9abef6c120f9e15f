/** What a reader of a guide does at one of its code blocks. */
export type Step = { readonly line: number } & (
  /** Types it into a shell; what follows as `text` is what the guide says that it prints. */
  | { readonly type: 'run'; readonly script: string; printed?: string }
  /** Saves it under the name that stands in the comment of its first line. */
  | { readonly type: 'save'; readonly file: string; readonly text: string }
);

const FENCE = /^```(?<language>\w*)\s*$/;
const FILE_NAME = /^(?:\/\/|#) (?<file>[\w./-]+\.\w+)$/;
const SAVED = new Set(['yaml', 'js', 'ts', 'json']);

/**
 * The steps of a guide, in their order: `sh` blocks are run, `text` blocks behind one are compared with what it has printed, and all others are files. A
 * block that is none of these is a mistake, as nobody would notice that it is wrong.
 */
export const stepsOf = (markdown: string): Step[] => {
  const steps: Step[] = [];
  const lines = markdown.split('\n');
  for (let at = 0; at < lines.length; at++) {
    const language = FENCE.exec(lines[at] ?? '')?.groups?.['language'];
    if (language === undefined) continue;
    const line = at + 1;
    const end = lines.indexOf('```', at + 1);
    if (end < 0) throw new Error(`line ${line}: this code block does not end`);
    const text = `${lines.slice(at + 1, end).join('\n')}\n`;
    const file = FILE_NAME.exec(lines[at + 1] ?? '')?.groups?.['file'];
    const before = steps.at(-1);
    if (language === 'sh') steps.push({ type: 'run', line, script: text });
    else if (language === 'text' && before?.type === 'run') before.printed = text;
    else if (SAVED.has(language) && file !== undefined) steps.push({ type: 'save', line, file, text });
    else throw new Error(`line ${line}: a block of ${language || 'no language'} that is neither run (sh), nor printed by what was run (text behind sh), nor saved (yaml, js, ts or json whose first line is a comment with the file's name)`);
    at = end;
  }
  return steps;
};

/** Whether every line that the guide shows was printed, in that order; `...` in a line stands for anything, and alone on one for any lines. */
export const isAsPrinted = (shown: string, printed: string): boolean => {
  const lines = shown.trimEnd().split('\n').map((line) => line.trimEnd());
  const pattern = lines.map((line) => (line.trim() === '...' ? '(?:.*\\n)*?' : `[ \\t]*${line.trim().split('...').map(quoted).join('.*')}[ \\t]*\\n`)).join('');
  return new RegExp(pattern).test(`${printed.trimEnd()}\n`);
};

const quoted = (text: string): string => text.replaceAll(/[.*+?^${}()|[\]\\]/g, '\\$&').replaceAll(/\s+/g, '\\s+');
