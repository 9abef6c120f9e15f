import { isFailure, named, type Port } from '@naumachia/core';
import { type FieldError, invalid } from '../../api/field-error.js';
import type { Pod, TokenRequest, TokenRequestSpec } from '../../api/generated/types.js';
import type { KubernetesObject } from '../../api/object.js';
import type { ApiRequest } from '../../api/requests.js';
import { badRequest, conflict, invalidObject } from '../../api/status.js';
import { goQuote } from '../../api/go-text.js';
import type { Exchange } from './exchange.js';
import { Refusal } from './request-options.js';
import { managersOf } from './reviews.js';
import { ISSUER, type TokenSubject } from './service-account-tokens.js';
import { readObject } from './stored-object.js';

const API_SERVER = named<ApiRequest>('apiserver');
const GROUP = 'authentication.k8s.io';
const HOUR = 60 * 60;
const SHORTEST = 10 * 60;
const LONGEST = 2 ** 32;
/** WarnOnlyBoundTokenExpirationSeconds: tokens of this life that are bound to a pod live a year, and clients are warned after it. */
const WARN_ONLY = HOUR + 7;
const YEAR = 365 * 24 * HOUR;

/** What a client leaves out is decoded as null where the field is required. */
type Nullable<T> = { readonly [F in keyof T]: T[F] | null };

/** Answers `POST serviceaccounts/NAME/token` (registry/core/serviceaccount/storage/token.go). Throws a Refusal for what cannot be given. */
export const answerTokenRequest = async (port: Port, exchange: Exchange, namespace: string, name: string, sent: KubernetesObject, fieldManager: string): Promise<KubernetesObject> => {
  const { metadata } = sent;
  const spec: Partial<Nullable<TokenRequestSpec>> = (sent as TokenRequest).spec ?? {};
  refuse(name, [
    ...(metadata.name !== undefined && metadata.name !== '' && metadata.name !== name ? [invalid('metadata.name', metadata.name, 'must match the service account name if specified')] : []),
    ...(metadata.namespace !== undefined && metadata.namespace !== '' && metadata.namespace !== namespace ? [invalid('metadata.namespace', metadata.namespace, 'must match the service account namespace if specified')] : []),
  ]);
  const account = await readObject(port, exchange, 'serviceaccounts', namespace, name);
  const uid = account.metadata.uid ?? '';
  if (metadata.uid !== undefined && metadata.uid !== '' && metadata.uid !== uid) {
    throw new Refusal(conflict(`TokenRequest.${GROUP}`, name, `the UID in the token request (${metadata.uid}) does not match the UID of the service account (${uid})`));
  }
  const audiences = spec.audiences?.length ? spec.audiences : [ISSUER];
  const expirationSeconds = spec.expirationSeconds ?? HOUR;
  refuse('', [
    ...(expirationSeconds < SHORTEST ? [invalid('spec.expirationSeconds', expirationSeconds, 'may not specify a duration less than 10 minutes')] : []),
    ...(expirationSeconds > LONGEST ? [invalid('spec.expirationSeconds', expirationSeconds, 'may not specify a duration larger than 2^32 seconds')] : []),
  ]);
  const bound = await boundTo(port, exchange, namespace, name, spec.boundObjectRef ?? undefined);
  const extends_ = bound.pod !== undefined && expirationSeconds === WARN_ONLY && audiences.includes(ISSUER);
  const now = new Date();
  const token = await exchange.serving.identities.accounts.issue({ audiences, seconds: extends_ ? YEAR : expirationSeconds, warnAfter: extends_ ? expirationSeconds : undefined, namespace, account: { name, uid }, bound }, now);
  const time = (at: number): string => new Date(at).toISOString().replace(/\.\d+Z$/, 'Z');
  const managedFields = managersOf(Object.assign({}, sent, { spec: { ...spec, expirationSeconds } }), fieldManager, 'token', time(now.getTime()));
  const answered: TokenRequest = {
    kind: 'TokenRequest',
    apiVersion: `${GROUP}/v1`,
    metadata: { name, namespace, uid, creationTimestamp: time(now.getTime()), ...(managedFields && { managedFields }) },
    spec: { audiences, expirationSeconds, boundObjectRef: spec.boundObjectRef ?? null },
    status: { token, expirationTimestamp: time(now.getTime() + expirationSeconds * 1000) },
  };
  return answered as unknown as KubernetesObject;
};

const refuse = (name: string, errors: readonly FieldError[]): void => {
  if (errors.length > 0) throw new Refusal(invalidObject(GROUP, 'TokenRequest', name, errors));
};

interface Reference {
  readonly kind?: string;
  readonly apiVersion?: string;
  readonly name?: string;
  readonly uid?: string;
}

const RESOURCES: Readonly<Record<string, 'pods' | 'secrets' | 'nodes'>> = { Pod: 'pods', Secret: 'secrets', Node: 'nodes' };

const boundTo = async (port: Port, exchange: Exchange, namespace: string, account: string, reference: Reference | undefined): Promise<TokenSubject['bound']> => {
  if (reference === undefined) return {};
  const { kind = '', apiVersion = '', name = '' } = reference;
  const resource = apiVersion.includes('/') ? undefined : RESOURCES[kind];
  if (resource === undefined) throw new Refusal(badRequest(`cannot bind token to object of type ${apiVersion.includes('/') ? apiVersion : `/${apiVersion}`}, Kind=${kind}`));
  const object = await readObject(port, exchange, resource, resource === 'nodes' ? '' : namespace, name);
  const uid = object.metadata.uid ?? '';
  const pod = resource === 'pods' ? (object as unknown as Pod) : undefined;
  if (pod && pod.spec.serviceAccountName !== account) throw new Refusal(badRequest(`cannot bind token for serviceaccount ${goQuote(account)} to pod running with different serviceaccount name.`));
  if (reference.uid !== undefined && reference.uid !== '' && reference.uid !== uid) {
    throw new Refusal(conflict(kind, name, `the UID in the bound object reference (${reference.uid}) does not match the UID in record. The object might have been deleted and then recreated`));
  }
  switch (resource) {
    case 'secrets':
      return { secret: { name, uid } };
    case 'nodes':
      return { node: { name, uid } };
    case 'pods':
      return { pod: { name, uid }, ...(await nodeOf(port, exchange, pod?.spec.nodeName)) };
  }
};

const nodeOf = async (port: Port, { user }: Exchange, name: string | undefined): Promise<TokenSubject['bound']> => {
  if (name === undefined || name === '') return {};
  const answer = await port.request(API_SERVER, { type: 'get', user, resource: 'nodes', namespace: '', name });
  return { node: { name, uid: !isFailure(answer) && answer.type === 'object' ? (answer.object.value.metadata.uid ?? '') : '' } };
};
