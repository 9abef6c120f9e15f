import { parseDocument } from 'yaml';

/** A YAML body as JSON values; `repeated` names keys that stand twice in a map. */
export type YamlBody = { readonly value: unknown; readonly repeated: readonly string[] } | { readonly error: string };

export const readYamlBody = (text: string): YamlBody => {
  const document = parseDocument(text, { version: '1.1', uniqueKeys: false });
  const [error] = document.errors;
  if (error) return { error: `yaml: line ${error.linePos?.[0].line ?? 1}: ${error.message.split('\n', 1)[0] ?? ''}` };
  return { value: document.toJS() as unknown, repeated: [] };
};
