/** A representation of an answer. A Table or PartialObjectMetadata is asked for by parameters of the media type. */
export interface Representation {
  readonly format: 'json' | 'yaml' | 'protobuf';
  readonly as: 'object' | 'Table' | 'PartialObjectMetadata' | 'PartialObjectMetadataList';
  /** `v1` or `v1beta1` of meta.k8s.io, for what is not the object itself. */
  readonly metaVersion: string;
  readonly pretty: boolean;
}

export const JSON_OBJECT: Representation = { format: 'json', as: 'object', metaVersion: 'v1', pretty: false };

export const CONTENT_TYPES: Readonly<Record<Representation['format'], string>> = {
  json: 'application/json',
  yaml: 'application/yaml',
  protobuf: 'application/vnd.kubernetes.protobuf',
};

const FORMATS: Readonly<Record<string, Representation['format']>> = {
  'application/json': 'json',
  'application/yaml': 'yaml',
  'application/vnd.kubernetes.protobuf': 'protobuf',
};

interface Clause {
  readonly type: string;
  readonly parameters: ReadonlyMap<string, string>;
  readonly quality: number;
}

/** The clauses of an Accept header, the most wanted first; equal ones keep their order. */
const parseAccept = (accept: string): Clause[] => {
  const clauses: Clause[] = [];
  for (const part of accept.split(',')) {
    const [type = '', ...rest] = part.split(';');
    const parameters = new Map<string, string>();
    for (const parameter of rest) {
      const equals = parameter.indexOf('=');
      if (equals > 0) parameters.set(parameter.slice(0, equals).trim(), parameter.slice(equals + 1).trim());
    }
    const quality = Number(parameters.get('q') ?? 1);
    parameters.delete('q');
    clauses.push({ type: type.trim().toLowerCase(), parameters, quality: Number.isNaN(quality) ? 1 : quality });
  }
  return clauses.sort((a, b) => b.quality - a.quality);
};

/**
 * What is acceptable to the client, or why nothing is:
 * - `unroutable`: no media type of the header is one that the route produces (go-restful's answer)
 * - `not-acceptable`: a media type is known but not with these parameters
 *
 * `application/*` is unroutable, as in the real server. `tables`: what is asked for has columns.
 */
export const negotiate = (accept: string | undefined, watch: boolean, tables = true): Representation | 'unroutable' | 'not-acceptable' => {
  if (accept === undefined || accept === '' || accept === 'application/json' || accept === '*/*') return JSON_OBJECT;
  let routable = false;
  for (const clause of parseAccept(accept)) {
    const format = clause.type === '*/*' ? 'json' : FORMATS[clause.type];
    if (format === undefined) continue;
    routable = true;
    const representation = withParameters(format, clause.parameters, watch);
    if (representation && (tables || representation.as !== 'Table')) return representation;
  }
  return routable ? 'not-acceptable' : 'unroutable';
};

const withParameters = (format: Representation['format'], parameters: ReadonlyMap<string, string>, watch: boolean): Representation | undefined => {
  if (watch && format === 'yaml') return undefined;
  const stream = parameters.get('stream');
  if (stream !== undefined && (stream !== 'watch' || !watch)) return undefined;
  const pretty = parameters.get('pretty') === '1';
  const as = parameters.get('as');
  if (as === undefined) return { format, as: 'object', metaVersion: 'v1', pretty };
  const metaVersion = parameters.get('v') ?? '';
  if (parameters.get('g') !== 'meta.k8s.io' || (metaVersion !== 'v1' && metaVersion !== 'v1beta1')) return undefined;
  switch (as) {
    case 'Table':
      return format === 'protobuf' ? undefined : { format, as, metaVersion, pretty };
    case 'PartialObjectMetadata':
    case 'PartialObjectMetadataList':
      return { format, as, metaVersion, pretty };
    default:
      return undefined;
  }
};

/** The format in which a refusal of the negotiation itself is written. */
export const fallbackFormat = (accept: string | undefined): Representation => {
  for (const clause of parseAccept(accept ?? '')) {
    const format = FORMATS[clause.type];
    if (format) return { format: clause.parameters.has('as') ? 'json' : format, as: 'object', metaVersion: 'v1', pretty: false };
  }
  return JSON_OBJECT;
};

/** The bare media type of a Content-Type header; absent means JSON. */
export const mediaType = (contentType: string | undefined): string => (contentType ?? 'application/json').split(';', 1)[0]?.trim().toLowerCase() ?? '';

/** The format of a body that carries an object. */
export const bodyFormat = (contentType: string | undefined): Representation['format'] | undefined => FORMATS[mediaType(contentType)];
