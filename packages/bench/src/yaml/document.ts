import { type Document, isMap, isScalar, isSeq, LineCounter, parseAllDocuments, visit } from 'yaml';
import { type FileError, type Place, report } from './place.js';

/** The root of a file that is one YAML document; `what` it is called where it is several. Everything that is wrong with it as YAML is among its `errors` already. */
export const documentRoot = (source: string, file: string, what: string): Place => {
  const lines = new LineCounter();
  const documents = parseAllDocuments(source, { lineCounter: lines });
  const [document, second] = Array.isArray(documents) ? documents : [];
  const errors: FileError[] = (document?.errors ?? []).map((error) => ({ file, line: error.linePos?.[0].line ?? 1, field: '', problem: error.message.split('\n')[0] ?? 'not YAML' }));
  if (document && errors.length === 0) expandAnchors(document);
  const root: Place = { file, lines, errors, node: document?.contents, field: '', offset: 0 };
  if (errors.length === 0 && second) report({ ...root, node: second.contents, offset: second.range?.[0] ?? 0 }, `${what} is one document`);
  return root;
};

/** Puts what an anchor stands for in the place of each alias, and what `<<` names among the fields that it is given to, as YAML 1.1 has it. */
const expandAnchors = (document: Document): void => {
  visit(document, { Alias: (_key, alias) => alias.resolve(document) });
  visit(document, {
    Map: (_key, map) => {
      const merges = map.items.filter(({ key, value }) => isScalar(key) && key.value === '<<' && (isMap(value) || isSeq(value)));
      for (const merge of merges) {
        map.items.splice(map.items.indexOf(merge), 1);
        const sources: unknown[] = isSeq(merge.value) ? merge.value.items : [merge.value];
        for (const source of sources) if (isMap(source)) map.items.push(...source.items.filter(({ key }) => !map.has(key)));
      }
    },
  });
};
