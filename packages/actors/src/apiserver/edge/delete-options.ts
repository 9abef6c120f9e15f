import { invalid, notSupported, type FieldError } from '../../api/field-error.js';
import { readTypeMeta } from '../../api/decode-error.js';
import { reportDecoding } from '../../api/decode-report.js';
import { kindType } from '../../api/fields.js';
import { readProtobuf } from '../../api/protobuf.js';
import type { DeleteOptions } from '../../api/requests.js';
import { apiGroups, parseApiVersion } from '../../api/resources.js';
import { badRequest, invalidObject, unsupportedMediaType } from '../../api/status.js';
import { jsonOf, yamlOf } from './body-text.js';
import { bodyFormat, CONTENT_TYPES } from './media-types.js';
import { noKind, type WantedKind } from './request-object.js';
import { booleanParameter, dryRunErrors, integerParameter, Refusal } from './request-options.js';

/** meta/v1 DeleteOptions as clients send it, in a body or, if there is none, in the query. */
interface SentOptions {
  readonly gracePeriodSeconds?: number;
  readonly propagationPolicy?: string;
  readonly orphanDependents?: boolean;
  readonly preconditions?: { readonly uid?: string; readonly resourceVersion?: string };
  readonly dryRun?: readonly string[];
}

export interface DeleteParameters {
  readonly options: DeleteOptions;
  readonly dryRun: boolean;
}

const POLICIES = ['Foreground', 'Background', 'Orphan'];

/** Reads and validates the options of a deletion. Throws a Refusal. */
export const deleteParameters = (body: Buffer, contentType: string | undefined, query: URLSearchParams): DeleteParameters => {
  const sent = body.length > 0 ? optionsOfBody(body, contentType) : optionsOfQuery(query);
  const errors: FieldError[] = [];
  const policy = sent.propagationPolicy;
  if (policy !== undefined && sent.orphanDependents !== undefined) {
    errors.push(invalid('propagationPolicy', policy, 'orphanDependents and deletionPropagation cannot be both set'));
  }
  if (policy !== undefined && !POLICIES.includes(policy)) errors.push(notSupported('propagationPolicy', policy, [...POLICIES, 'nil']));
  errors.push(...dryRunErrors(sent.dryRun ?? []));
  if (errors.length > 0) throw new Refusal(invalidObject('meta.k8s.io', 'DeleteOptions', '', errors));
  const propagationPolicy = (policy ?? (sent.orphanDependents === undefined ? undefined : sent.orphanDependents ? 'Orphan' : 'Background')) as DeleteOptions['propagationPolicy'];
  return {
    options: {
      ...(sent.gracePeriodSeconds !== undefined && { gracePeriodSeconds: sent.gracePeriodSeconds }),
      ...(propagationPolicy !== undefined && { propagationPolicy }),
      ...(sent.preconditions !== undefined && { preconditions: sent.preconditions }),
    },
    dryRun: (sent.dryRun ?? []).length > 0,
  };
};

/** What is null in a document is as good as not there. */
const withoutNulls = (options: object): object =>
  Object.fromEntries(Object.entries(options).filter(([, value]) => value !== null).map(([key, value]: [string, unknown]) => [key, typeof value === 'object' && value !== null && !Array.isArray(value) ? withoutNulls(value) : value]));

const optionsOfQuery = (query: URLSearchParams): SentOptions => {
  const gracePeriodSeconds = integerParameter(query, 'gracePeriodSeconds');
  const orphanDependents = booleanParameter(query, 'orphanDependents');
  const propagationPolicy = query.get('propagationPolicy');
  const uid = query.get('uid') ?? '';
  const resourceVersion = query.get('resourceVersion') ?? '';
  return {
    ...(gracePeriodSeconds !== undefined && { gracePeriodSeconds }),
    ...(orphanDependents !== undefined && { orphanDependents }),
    ...(propagationPolicy !== null && { propagationPolicy }),
    ...((uid !== '' || resourceVersion !== '') && { preconditions: { ...(uid !== '' && { uid }), ...(resourceVersion !== '' && { resourceVersion }) } }),
    dryRun: query.getAll('dryRun'),
  };
};

/** Clients send the options in the version of what they delete, each of which has them (metav1.AddToGroupVersion). */
const isRegistered = ({ apiVersion, kind }: WantedKind): boolean => {
  const { group, version } = parseApiVersion(apiVersion);
  return kind === 'DeleteOptions' && (apiVersion === 'meta.k8s.io/v1' || apiGroups().some((known) => known.name === group && known.versions.includes(version)));
};

const optionsOfBody = (body: Buffer, contentType: string | undefined): SentOptions => {
  const format = bodyFormat(contentType);
  if (format === undefined) throw new Refusal(unsupportedMediaType(Object.values(CONTENT_TYPES)));
  if (format === 'protobuf') {
    const document = readProtobuf(body);
    if (document.type === 'error' || document.type === 'malformed') throw new Refusal(badRequest(document.error));
    if (document.type === 'unknown-kind' || !isRegistered(document)) throw new Refusal(badRequest(noKind(document)));
    return document.object as SentOptions;
  }
  const document = format === 'json' ? jsonOf(body) : yamlOf(body);
  if ('error' in document) throw new Refusal(badRequest(format === 'json' ? `couldn't get version/kind; json parse error: ${document.error}` : document.error));
  const meta = readTypeMeta(document.value);
  if ('error' in meta) throw new Refusal(badRequest(meta.error));
  const said = { apiVersion: meta.apiVersion || 'meta.k8s.io/v1', kind: meta.kind || 'DeleteOptions' };
  if (!isRegistered(said)) throw new Refusal(badRequest(noKind(said)));
  const type = kindType('v1', 'DeleteOptions');
  const report = type === undefined ? undefined : reportDecoding(type, document.value);
  if (report?.error !== undefined) throw new Refusal(badRequest(report.error));
  return withoutNulls(document.value ?? {}) as SentOptions;
};
