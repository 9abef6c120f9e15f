/** Standard input that a process has not read yet. */
export interface ContainerInput {
  text: string;
  /** Nothing follows any more. */
  ended: boolean;
}

/** All that is there. */
export const takeInput = (input: ContainerInput | undefined): string => {
  if (input === undefined) return '';
  const { text } = input;
  input.text = '';
  return text;
};

/** The next line, without its newline; `undefined`: there is none, or none yet. */
export const takeLine = (input: ContainerInput | undefined): string | undefined => {
  if (input === undefined) return undefined;
  const end = input.text.indexOf('\n');
  if (end < 0 && (!input.ended || input.text === '')) return undefined;
  const line = end < 0 ? input.text : input.text.slice(0, end);
  input.text = end < 0 ? '' : input.text.slice(end + 1);
  return line;
};

/** Ctrl-D, which a terminal takes for the end of its input. */
const END_OF_INPUT = '\u0004';

/** What somebody types into a terminal, as its process reads it. */
export const typed = (input: ContainerInput, keys: string): string => {
  const text = keys.replaceAll('\r', '\n');
  const end = text.indexOf(END_OF_INPUT);
  if (end < 0) return text;
  input.ended = true;
  return text.slice(0, end);
};
