import { isUtf8 } from 'node:buffer';
import { errorInBytes } from '../../api/json-reader.js';
import { type JsonDocument, readJson, type Repeated } from '../../api/strict-json.js';
import { readYaml, type YamlBody } from '../../api/yaml.js';

/** A body of JSON. In one that is no UTF-8 the place of an error is told by its byte. */
export const jsonOf = (body: Buffer, repeated?: Repeated): JsonDocument => {
  const document = readJson(body.toString('utf8'), repeated);
  return 'error' in document && !isUtf8(body) ? { error: errorInBytes(body.toString('latin1')) } : document;
};

/** A body of YAML. What the real reader does not let through is looked for before anything else. */
export const yamlOf = (body: Buffer): YamlBody => {
  const text = body.toString('utf8');
  const unreadable = isUtf8(body) ? (REFUSED.test(text) ? 'control characters are not allowed' : undefined) : octetError(body);
  return unreadable === undefined ? readYaml(text) : { error: `yaml: ${unreadable}` };
};

/** Characters that YAML 1.1 does not print, but for a byte order mark at the beginning (go-yaml readerc.go). */
// oxlint-disable-next-line no-control-regex
const REFUSED = /[\u0000-\u0008\u000b\u000c\u000e-\u001f\u007f-\u0084\u0086-\u009f\ufffe\uffff]|(?<!^)\ufeff/;

/** What is wrong with the first sequence of bytes that is no UTF-8. */
const octetError = (body: Buffer): string => {
  for (let at = 0, width = 0; at < body.length; at += width) {
    const first = body[at] as number;
    width = first < 0x80 ? 1 : (first & 0xe0) === 0xc0 ? 2 : (first & 0xf0) === 0xe0 ? 3 : (first & 0xf8) === 0xf0 ? 4 : 0;
    if (width === 0) return 'invalid leading UTF-8 octet';
    if (at + width > body.length) return 'incomplete UTF-8 octet sequence';
    let code = width === 1 ? first : first & (0xff >> (width + 1));
    for (let next = 1; next < width; next++) {
      const octet = body[at + next] as number;
      if ((octet & 0xc0) !== 0x80) return 'invalid trailing UTF-8 octet';
      code = (code << 6) | (octet & 0x3f);
    }
    if (code < (LEAST[width] as number)) return 'invalid length of a UTF-8 sequence';
    if ((code >= 0xd800 && code <= 0xdfff) || code > 0x10ffff) return 'invalid Unicode character';
  }
  return 'invalid Unicode character';
};

/** By width: what takes no fewer bytes. */
const LEAST = [0, 0, 0x80, 0x800, 0x10000];
