import { Encoded, type Port } from '@naumachia/core';
import type { ApiResource } from '../../api/resources.js';
import type { Status, Stored } from '../../api/requests.js';
import type { Exchange } from './exchange.js';
import { partialJson, typeJson } from './object-json.js';
import { objectOfRow } from './resource-answer.js';
import { servedJson } from './served-object.js';
import { tableJson } from './table.js';

/** The lines of a watch stream, in the representation that its client asked for. */
export interface WatchFrames {
  event(type: 'ADDED' | 'MODIFIED' | 'DELETED', stored: Stored): string;
  /** DELETED for an object that lives on outside of the selection. */
  left(stored: Stored, revision: number): string;
  bookmark(revision: number, initialEventsEnd: boolean): string;
  error(status: Status): string;
}

const INITIAL_EVENTS_END = ',"annotations":{"k8s.io/initial-events-end":"true"}';

export const watchFrames = (exchange: Exchange, resource: ApiResource, port: Port): WatchFrames => {
  const { as, metaVersion } = exchange.representation;
  let first = true;
  const objectJson = (stored: Stored): string => {
    switch (as) {
      case 'object':
        return servedJson(stored, resource);
      case 'PartialObjectMetadata':
      case 'PartialObjectMetadataList':
        return partialJson(stored, metaVersion);
      case 'Table': {
        const withColumns = first;
        first = false;
        const metadata = `{"resourceVersion":"${stored.header.revision}"}`;
        const json = objectOfRow(stored, resource, exchange);
        return tableJson([{ object: stored.value, json }], { resource: resource.groupResource, metaVersion, metadata, now: port.now(), withColumns });
      }
    }
  };
  const event: WatchFrames['event'] = (type, stored) => `{"type":"${type}","object":${objectJson(stored)}}\n`;
  return {
    event,
    left: (stored, revision) => event('DELETED', Encoded.ofValue(Object.assign({}, stored.header, { revision }), stored.value)),
    bookmark: (revision, initialEventsEnd) => {
      const type =
        as === 'object' ? typeJson(resource.kind, resource.apiVersion) : typeJson(as === 'Table' ? 'Table' : 'PartialObjectMetadata', `meta.k8s.io/${metaVersion}`);
      const rest = as === 'Table' ? ',"columnDefinitions":null,"rows":[]' : '';
      return `{"type":"BOOKMARK","object":${type}"metadata":{"resourceVersion":"${revision}"${initialEventsEnd ? INITIAL_EVENTS_END : ''}}${rest}}}\n`;
    },
    error: (status) => `{"type":"ERROR","object":${JSON.stringify(status)}}\n`,
  };
};
