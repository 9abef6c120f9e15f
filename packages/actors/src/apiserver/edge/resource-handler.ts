import { named, type Port } from '@naumachia/core';
import { isFailure } from '@naumachia/core';
import type { KubernetesObject } from '../../api/object.js';
import type { ApiRequest } from '../../api/requests.js';
import { notFound, pathNotFound, plainError } from '../../api/status.js';
import { parseResourceVersion, resourceVersionError } from '../resource-version.js';
import { serveConnection } from './connect.js';
import { deleteParameters } from './delete-options.js';
import { sendStatus, statusOfFailure, type Exchange } from './exchange.js';
import { type ListOptions, listOptions } from './list-options.js';
import { patchTypeOf, readPatch } from './patch-body.js';
import { readBody } from './request-body.js';
import { decodeObject } from './request-object.js';
import { Refusal, writeOptions } from './request-options.js';
import { sendReply } from './resource-answer.js';
import { answerReview } from './reviews.js';
import type { ResourceRoute } from './resource-route.js';
import { storedFieldSelector, storedVersionOf } from './served-object.js';
import { answerTokenRequest } from './token-request.js';
import { unsupportedPatchType } from './refusals.js';
import { serveWatch } from './watch-stream.js';

const API_SERVER = named<ApiRequest>('apiserver');

/** Carries a request for a resource to the API server and its answer back. Throws a Refusal for what is wrong with it. */
export const serveResource = async (port: Port, exchange: Exchange, route: ResourceRoute, legacyWatch: boolean): Promise<void> => {
  const { resource, namespace, name, subresource } = route;
  const { request, response, query, user, serving } = exchange;
  const target = {
    user,
    resource: resource.storedResource,
    namespace,
    ...(resource.apiVersion !== resource.storedApiVersion || resource.groupResource !== resource.storedResource ? { apiVersion: resource.apiVersion } : {}),
  };
  const part = subresource === undefined ? {} : { subresource: subresource.name };
  const ask = async (message: ApiRequest): Promise<void> => sendReply(port, exchange, await port.request(API_SERVER, message), resource);
  const readWhole = (): Promise<Buffer> => readBody(request, response, serving.bodies);
  const userAgent = request.headers['user-agent'];
  const contentType = request.headers['content-type'];
  const wanted = subresource ?? resource;

  switch (route.verb) {
    case 'get':
      // Component statuses are not stored, and no component is asked any more (deprecated since 1.19).
      if (resource.resource === 'componentstatuses') throw new Refusal(notFound('componentstatus', name));
      if (query.has('resourceVersion') && (await isRefusedRevision(port, exchange, route))) return;
      return ask({ type: 'get', ...target, ...part, name });
    case 'list':
    case 'watch': {
      const options = listOptions(query, legacyWatch);
      if (options.watch) return serveWatch(port, exchange, route, Object.assign({}, options, { fieldSelector: storedFieldSelector(options.fieldSelector, resource) }));
      return ask({ type: 'list', ...target, ...picked(options, resource) });
    }
    case 'create': {
      const body = await readWhole();
      const { force: _, ...options } = writeOptions('CreateOptions', query, userAgent);
      const { object, warnings } = decodeObject(body, contentType, wanted, options.fieldValidation);
      exchange.warnings.push(...warnings);
      if (resource.resource === 'bindings') return bind(port, exchange, route, object);
      if (resource.resource === 'serviceaccounts' && subresource?.name === 'token') return sendReply(port, exchange, { type: 'value', code: 201, value: await answerTokenRequest(port, exchange, namespace, name, object, options.fieldManager) }, resource);
      const review = subresource === undefined ? await answerReview(port, exchange, object, options.fieldManager) : undefined;
      if (review !== undefined) return sendReply(port, exchange, { type: 'value', code: 201, value: review }, resource);
      return ask({ type: 'create', ...target, ...part, ...(name !== '' && { name }), ...options, object: storedVersionOf(object, resource) });
    }
    case 'update': {
      const body = await readWhole();
      const { force: _, ...options } = writeOptions('UpdateOptions', query, userAgent);
      const { object, warnings } = decodeObject(body, contentType, wanted, options.fieldValidation);
      exchange.warnings.push(...warnings);
      return ask({ type: 'update', ...target, ...part, name, ...options, object: storedVersionOf(object, resource) });
    }
    case 'patch': {
      const patchType = patchTypeOf(contentType);
      if (patchType === undefined) throw new Refusal(unsupportedPatchType());
      const body = await readWhole();
      const options = writeOptions('PatchOptions', query, userAgent, patchType);
      const read = readPatch(body, patchType, options.fieldValidation, (text) => exchange.warnings.push(text));
      return ask({ type: 'patch', ...target, ...part, name, patchType, patch: undefined, ...read, ...options });
    }
    case 'delete':
      return ask({ type: 'delete', ...target, name, ...deleteParameters(await readWhole(), contentType, query) });
    case 'deletecollection': {
      const body = await readWhole();
      const options = listOptions(query, false);
      return ask({ type: 'deletecollection', ...target, ...picked(options, resource), ...deleteParameters(body, contentType, query) });
    }
    case 'connect':
      return serveConnection(port, exchange, route);
  }
};

/** What a list or a deletion of a collection picks, and of which revision. */
const picked = ({ labelSelector, fieldSelector, resourceVersion, resourceVersionMatch, limit, continue: next }: ListOptions, resource: ResourceRoute['resource']) => ({
  ...(labelSelector && { labelSelector }),
  ...(fieldSelector && { fieldSelector: storedFieldSelector(fieldSelector, resource) }),
  ...(resourceVersion && { resourceVersion }),
  ...(resourceVersionMatch && { resourceVersionMatch }),
  ...(limit > 0 && { limit }),
  ...(next && { continue: next }),
});

/** `POST .../bindings` binds the pod that the object names. */
const bind = async (port: Port, exchange: Exchange, { namespace, resource }: ResourceRoute, object: KubernetesObject): Promise<void> => {
  const { force: _, ...options } = writeOptions('CreateOptions', exchange.query, exchange.request.headers['user-agent']);
  const reply = await port.request(API_SERVER, { type: 'create', user: exchange.user, resource: 'pods', namespace, subresource: 'binding', name: object.metadata.name ?? '', ...options, object });
  sendReply(port, exchange, reply, resource);
};

/** A GET may ask for a revision that is not there yet: then a list at that revision says so, or waits for it. */
const isRefusedRevision = async (port: Port, exchange: Exchange, { resource, namespace }: ResourceRoute): Promise<boolean> => {
  const text = exchange.query.get('resourceVersion') ?? '';
  if (text === '' || text === '0') return false;
  if (parseResourceVersion(text) === undefined) throw new Refusal(plainError(resourceVersionError(text)));
  const at = { resourceVersion: text, resourceVersionMatch: 'NotOlderThan', limit: 1 };
  const reply = await port.request(API_SERVER, { type: 'list', user: exchange.user, resource: resource.storedResource, namespace, ...at });
  if (isFailure(reply)) sendStatus(exchange, statusOfFailure(reply));
  else if (reply.type === 'status') sendStatus(exchange, reply.status.status === 'Failure' ? reply.status : pathNotFound());
  else return false;
  return true;
};
