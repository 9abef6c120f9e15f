import { goQuote } from './go-text.js';
import { jsonKind } from './decode-report.js';
import { badRequest } from './status.js';
import type { Status } from './requests.js';

/** How the request handlers of the API server wrap what a decoder says (endpoints/handlers, transformDecodeError). */

/** The body is an object of a known kind, but does not decode as `wanted`. */
export function cannotBeHandled(kind: string, version: string, wanted: string, detail: string): Status {
  return badRequest(`${kind} in version ${goQuote(version)} cannot be handled as a ${wanted}: ${detail}`);
}

/** The detail of a refusal under `fieldValidation=Strict`. */
export function strictDecodingError(errors: readonly string[]): string {
  return `strict decoding error: ${errors.join(', ')}`;
}

/** The body does not even say what it is. */
export function unrecognizedObject(wanted: string, detail: string, body: Uint8Array): Status {
  return badRequest(`the object provided is unrecognized (must be of type ${wanted}): ${detail} (${summary(body, 30)})`);
}

function summary(body: Uint8Array, limit: number): string {
  if (body.length === 0) return '<empty>';
  const shown = body.subarray(0, limit);
  const more = body.length > limit ? ' ...' : '';
  // 0x7b is `{`: what looks like JSON is shown as text, everything else in hexadecimal.
  if (body[0] === 0x7b) return `${new TextDecoder().decode(shown)}${more}`;
  return `${Array.from(shown, (byte) => byte.toString(16).padStart(2, '0')).join('')}${more}`;
}

export type TypeMeta = { readonly apiVersion: string; readonly kind: string };

/** What a JSON document says that it is (empty where it says nothing), or why Go cannot tell. */
export function readTypeMeta(document: unknown): TypeMeta | { readonly error: string } {
  const prefix = "couldn't get version/kind; json parse error: json: cannot unmarshal";
  if (document === null) return { apiVersion: '', kind: '' };
  if (typeof document !== 'object' || Array.isArray(document)) {
    return { error: `${prefix} ${jsonKind(document)} into Go value of type struct { APIVersion string "json:\\"apiVersion,omitempty\\""; Kind string "json:\\"kind,omitempty\\"" }` };
  }
  const found = { apiVersion: '', kind: '' };
  for (const [key, value] of Object.entries(document)) {
    if ((key !== 'apiVersion' && key !== 'kind') || value === null) continue;
    if (typeof value !== 'string') return { error: `${prefix} ${jsonKind(value)} into Go struct field .${key} of type string` };
    found[key] = value;
  }
  if (found.apiVersion.split('/').length > 2) return { error: `unexpected GroupVersion string: ${found.apiVersion}` };
  return found;
}
