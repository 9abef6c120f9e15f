import { named, type Port } from '@naumachia/core';
import { isFailure } from '@naumachia/core';
import { goQuote } from '../../api/go-text.js';
import type { KubernetesObject } from '../../api/object.js';
import type { ApiRequest } from '../../api/requests.js';
import { notFound, pathNotFound, plainError } from '../../api/status.js';
import { serveConnection } from './connect.js';
import { deleteParameters } from './delete-options.js';
import { sendStatus, statusOfFailure, type Exchange } from './exchange.js';
import { listOptions, parseResourceVersion, resourceVersionError } from './list-options.js';
import { decodePatch, patchTypeOf } from './patch-body.js';
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
  const read = (): Promise<Buffer> => readBody(request, response, serving.bodies);
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
      const sent = listOptions(query, legacyWatch);
      const options = Object.assign({}, sent, { fieldSelector: storedFieldSelector(sent.fieldSelector, resource) });
      if (options.watch) return serveWatch(port, exchange, route, options);
      const { labelSelector, fieldSelector, resourceVersion, resourceVersionMatch } = options;
      return ask({
        type: 'list',
        ...target,
        ...(labelSelector && { labelSelector }),
        ...(fieldSelector && { fieldSelector }),
        ...(resourceVersion && { resourceVersion }),
        ...(resourceVersionMatch && { resourceVersionMatch }),
        ...(options.limit > 0 && { limit: options.limit }),
        ...(options.continue && { continue: options.continue }),
      });
    }
    case 'create': {
      const body = await read();
      const { force: _, ...options } = writeOptions('CreateOptions', query, userAgent);
      const { object, warnings } = decodeObject(body, contentType, wanted, options.fieldValidation);
      exchange.warnings.push(...warnings);
      if (resource.resource === 'bindings') return bind(port, exchange, route, object);
      if (resource.resource === 'serviceaccounts' && subresource?.name === 'token') return sendReply(port, exchange, { type: 'value', code: 201, value: await answerTokenRequest(port, exchange, namespace, name, object) }, resource);
      const review = subresource === undefined ? answerReview(object, user, port.now()) : undefined;
      if (review !== undefined) return sendReply(port, exchange, { type: 'value', code: 201, value: review }, resource);
      return ask({ type: 'create', ...target, ...part, ...(name !== '' && { name }), ...options, object: storedVersionOf(object, resource) });
    }
    case 'update': {
      const body = await read();
      const { force: _, ...options } = writeOptions('UpdateOptions', query, userAgent);
      const { object, warnings } = decodeObject(body, contentType, wanted, options.fieldValidation);
      exchange.warnings.push(...warnings);
      refuseUnreadableRevision(object);
      return ask({ type: 'update', ...target, ...part, name, ...options, object: storedVersionOf(object, resource) });
    }
    case 'patch': {
      const patchType = patchTypeOf(contentType);
      if (patchType === undefined) throw new Refusal(unsupportedPatchType());
      const body = await read();
      const options = writeOptions('PatchOptions', query, userAgent, patchType);
      const patch = decodePatch(body, patchType, options.fieldValidation, (text) => exchange.warnings.push(text));
      return ask({ type: 'patch', ...target, ...part, name, patchType, patch, ...options });
    }
    case 'delete':
      return ask({ type: 'delete', ...target, name, ...deleteParameters(await read(), contentType, query) });
    case 'deletecollection': {
      const body = await read();
      const { labelSelector, fieldSelector, limit, continue: next } = listOptions(query, false);
      const parameters = deleteParameters(body, contentType, query);
      return ask({
        type: 'deletecollection',
        ...target,
        ...(labelSelector && { labelSelector }),
        ...(fieldSelector && { fieldSelector: storedFieldSelector(fieldSelector, resource) }),
        ...(limit > 0 && { limit }),
        ...(next && { continue: next }),
        ...parameters,
      });
    }
    case 'connect':
      return serveConnection(port, exchange, route);
  }
};

const refuseUnreadableRevision = ({ metadata: { resourceVersion = '' } }: KubernetesObject): void => {
  if (resourceVersion !== '' && parseResourceVersion(resourceVersion) === undefined) throw new Refusal(plainError(`strconv.ParseUint: parsing ${goQuote(resourceVersion)}: invalid syntax`));
};

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
