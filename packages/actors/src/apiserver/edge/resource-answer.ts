import { isFailure, type Failure, type Port } from '@naumachia/core';
import type { KubernetesObject } from '../../api/object.js';
import type { ApiReply, Stored } from '../../api/requests.js';
import type { ApiResource } from '../../api/resources.js';
import { badRequest, notAcceptable } from '../../api/status.js';
import { goJson } from '../../api/go-text.js';
import { sendAnswer, sendStatus, statusOfFailure, type Exchange } from './exchange.js';
import { partialJson, partialValueJson, typeJson, valueJson } from './object-json.js';
import { Refusal } from './request-options.js';
import { servedItemJson, servedJson, servedObject, servedValue } from './served-object.js';
import { tableJson, type TableItem } from './table.js';

/** Sends what the API server answered, in the representation that the client asked for. */
export const sendReply = (port: Port, exchange: Exchange, reply: ApiReply | Failure, resource: ApiResource): void => {
  if (isFailure(reply)) {
    sendStatus(exchange, statusOfFailure(reply));
    return;
  }
  if ('warnings' in reply && reply.warnings) exchange.warnings.push(...reply.warnings);
  switch (reply.type) {
    case 'status':
      sendStatus(exchange, reply.status);
      return;
    case 'object':
      sendObject(port, exchange, reply.code, reply.object, resource);
      return;
    case 'value':
      sendValue(port, exchange, reply, resource);
      return;
    case 'list':
      sendList(port, exchange, reply, resource);
  }
};

const sendObject = (port: Port, exchange: Exchange, code: number, stored: Stored, resource: ApiResource): void => {
  const { as, metaVersion } = exchange.representation;
  switch (as) {
    case 'object':
      sendAnswer(exchange, { code, json: servedJson(stored, resource), object: () => servedObject(stored, resource) });
      return;
    case 'PartialObjectMetadata':
      sendAnswer(exchange, { code, json: partialJson(stored, metaVersion), object: () => partialObject(servedObject(stored, resource), metaVersion) });
      return;
    case 'PartialObjectMetadataList':
      throw new Refusal(notAList(resource));
    case 'Table':
      sendTable(port, exchange, code, [{ object: stored.value, json: objectOfRow(stored, resource, exchange) }], `{"resourceVersion":"${stored.header.revision}"}`, resource);
  }
};

const sendValue = (port: Port, exchange: Exchange, { code, value }: Extract<ApiReply, { type: 'value' }>, resource: ApiResource): void => {
  const { as, metaVersion } = exchange.representation;
  const served = servedValue(value, resource);
  switch (as) {
    case 'object':
      sendAnswer(exchange, { code, json: valueJson(served), object: () => served });
      return;
    case 'PartialObjectMetadata':
      sendAnswer(exchange, { code, json: partialValueJson(served, metaVersion), object: () => partialObject(served, metaVersion) });
      return;
    case 'PartialObjectMetadataList':
      throw new Refusal(notAList(resource));
    case 'Table': {
      const shown = value.kind === 'Scale' ? Object.assign({}, resource, { groupResource: 'scales.autoscaling' }) : resource;
      sendTable(port, exchange, code, [{ object: value, json: partialValueJson(served, 'v1') }], `{"resourceVersion":"${value.metadata.resourceVersion ?? ''}"}`, shown);
    }
  }
};

const sendList = (port: Port, exchange: Exchange, reply: Extract<ApiReply, { type: 'list' }>, resource: ApiResource): void => {
  const { as, metaVersion } = exchange.representation;
  const { items } = reply;
  const metadata = JSON.stringify({
    resourceVersion: String(reply.revision),
    ...(reply.continue && { continue: reply.continue }),
    ...(reply.remaining && { remainingItemCount: reply.remaining }),
  });
  switch (as) {
    case 'object': {
      const json = `${typeJson(resource.listKind, resource.apiVersion)}"metadata":${metadata},"items":[${items.map((item) => servedItemJson(item, resource)).join(',')}]}`;
      const object = () => ({ kind: resource.listKind, apiVersion: resource.apiVersion, metadata: JSON.parse(metadata) as object, items: items.map((item) => servedObject(item, resource)) });
      sendAnswer(exchange, { code: 200, json, object });
      return;
    }
    case 'PartialObjectMetadataList': {
      // An empty list is nil in Go, because its items are appended one by one.
      const parts = items.length === 0 ? 'null' : `[${items.map((item) => partialJson(item, metaVersion)).join(',')}]`;
      sendAnswer(exchange, {
        code: 200,
        json: `${typeJson('PartialObjectMetadataList', `meta.k8s.io/${metaVersion}`)}"metadata":${metadata},"items":${parts}}`,
        object: () => ({
          kind: 'PartialObjectMetadataList',
          apiVersion: `meta.k8s.io/${metaVersion}`,
          metadata: JSON.parse(metadata) as object,
          items: items.map((item) => partialObject(servedObject(item, resource), metaVersion)),
        }),
      });
      return;
    }
    case 'PartialObjectMetadata':
      throw new Refusal(notAcceptable([`you requested PartialObjectMetadata, but the requested object is a list (*${resource.listKind})`]));
    case 'Table':
      sendTable(port, exchange, 200, items.map((item) => ({ object: item.value, json: objectOfRow(item, resource, exchange) })), metadata, resource);
  }
};

const partialObject = (object: KubernetesObject, metaVersion: string): KubernetesObject => ({ kind: 'PartialObjectMetadata', apiVersion: `meta.k8s.io/${metaVersion}`, metadata: object.metadata });

const notAList = (resource: ApiResource) => notAcceptable([`you requested PartialObjectMetadataList, but the requested object is not a list (*${resource.kind})`]);

const sendTable = (port: Port, exchange: Exchange, code: number, items: readonly TableItem[], metadata: string, resource: ApiResource): void => {
  const { metaVersion } = exchange.representation;
  sendAnswer(exchange, { code, json: tableJson(items, { resource: resource.groupResource, metaVersion, metadata, now: port.now(), withColumns: true }) });
};

/** What a row of a Table carries of its object, as `includeObject` asks. */
export const objectOfRow = (stored: Stored, resource: ApiResource, { query, representation }: Exchange): string => {
  const include = query.get('includeObject') ?? '';
  switch (include) {
    case '':
    case 'Metadata':
      return partialJson(stored, representation.metaVersion);
    case 'Object':
      return servedJson(stored, resource);
    case 'None':
      return 'null';
    default:
      throw new Refusal(badRequest(`Unable to convert to Table as requested: includeObject: Invalid value: ${goJson(include)}: must be 'Metadata', 'Object', 'None', or empty`));
  }
};
