import { between, type Envelope, type Instant, type Observer } from '@naumachia/core';
import { splitGroupResource } from '../api/object.js';
import type { ApiAnswer, ApiRequest } from '../api/requests.js';
import { type Family, gauge } from '../machinery/metrics/metric.js';
import { clientFamilies, countAnswer, newRequestSeries, requestFamilies, type RequestLabels, type RequestSeries } from './request-counts.js';

// apiserver/pkg/endpoints/metrics/metrics.go
const inflight = gauge({ name: 'apiserver_current_inflight_requests', help: 'Requests that the API server has taken and not answered, by kind.', stability: 'STABLE', labels: ['request_kind'] });

/** A request that is not answered yet; used again and again. */
interface Pending {
  series: RequestSeries | undefined;
  at: Instant;
}

const VERBS: Readonly<Record<ApiRequest['type'], string>> = { get: 'GET', list: 'LIST', create: 'POST', update: 'PUT', patch: 'PATCH', delete: 'DELETE', deletecollection: 'DELETE' };
const READS = new Set(['GET', 'LIST']);
/** Where components reach the API server: the address of the service `kubernetes` leads there. */
const HOST = '10.0.0.1:6443';

/**
 * Counts what components ask of the API server, seen on its host: nothing is made for a request but what is used again. The HTTPS edge
 * counts what enters there itself.
 */
export const observeRequests = (): { readonly observer: Pick<Observer, 'received' | 'posted' | 'ended'>; readonly families: () => Family[] } => {
  const byResource = new Map<string, RequestSeries[]>();
  const pending = new Map<string, Map<number, Pending>>();
  const spare: Pending[] = [];

  const seriesOf = (request: ApiRequest): RequestSeries => {
    let known = byResource.get(request.resource);
    if (known === undefined) byResource.set(request.resource, (known = []));
    for (const series of known) if (belongs(request, series)) return series;
    const series = newRequestSeries(labelsOf(request));
    known.push(series);
    return series;
  };

  return {
    observer: {
      received({ kind, to, from, slot, message }, now) {
        if (kind !== 'request' || to.actor !== 'apiserver' || !(message.type in VERBS) || isEdge(from.actor)) return;
        let slots = pending.get(from.actor);
        if (slots === undefined) pending.set(from.actor, (slots = new Map()));
        const entry = spare.pop() ?? { series: undefined, at: now };
        entry.series = seriesOf(message as ApiRequest);
        entry.at = now;
        slots.set(slot, entry);
      },
      posted({ kind, from, to, slot, message }: Envelope, now) {
        if (kind !== 'reply' || from.actor !== 'apiserver') return;
        const slots = pending.get(to.actor);
        const entry = slots?.get(slot);
        if (slots === undefined || entry?.series === undefined) return;
        slots.delete(slot);
        countAnswer(entry.series, codeOf(message as ApiAnswer, entry.series.verb), between(entry.at, now));
        spare.push(entry);
      },
      // What it had not answered it never will.
      ended({ actor }) {
        if (actor === 'apiserver') pending.clear();
        else pending.delete(actor);
      },
    },
    families: () => {
      const series = [...byResource.values()].flat();
      if (series.length === 0) return [];
      const open = [...pending.values()].flatMap((slots) => [...slots.values()]).map((entry) => READS.has(entry.series?.verb ?? ''));
      const reads = open.filter(Boolean).length;
      const kinds = [{ labels: ['mutating'], value: open.length - reads }, { labels: ['readOnly'], value: reads }];
      return [...requestFamilies(series), ...clientFamilies(series, HOST), { metric: inflight, samples: kinds }];
    },
  };
};

/** The HTTPS edge meets the actors through a port of its name. */
const isEdge = (actor: string): boolean => actor.startsWith('port/') && actor.endsWith('/edge');

const belongs = (request: ApiRequest, series: RequestSeries): boolean =>
  series.verb === verbOf(request) && series.scope === scopeOf(request) && series.subresource === subresourceOf(request) && series.version === versionOf(request) && series.dryRun === dryRunOf(request);

const verbOf = (request: ApiRequest): string => (request.type === 'patch' && request.patchType === 'apply' ? 'APPLY' : VERBS[request.type]);
const scopeOf = (request: ApiRequest): RequestLabels['scope'] => (request.type === 'create' || ('name' in request && request.name !== '') ? 'resource' : request.namespace === '' ? 'cluster' : 'namespace');
const subresourceOf = (request: ApiRequest): string => ('subresource' in request ? (request.subresource ?? '') : '');
const dryRunOf = (request: ApiRequest): string => ('dryRun' in request && request.dryRun === true ? 'All' : '');

/** What components ask for is stored as v1 wherever they do not name another version. */
const versionOf = ({ apiVersion }: ApiRequest): string => (apiVersion === undefined ? 'v1' : apiVersion.slice(apiVersion.indexOf('/') + 1));

const labelsOf = (request: ApiRequest): RequestLabels => {
  const { group, resource } = splitGroupResource(request.resource);
  return { verb: verbOf(request), dryRun: dryRunOf(request), group, version: versionOf(request), resource, subresource: subresourceOf(request), scope: scopeOf(request) };
};

const codeOf = (answer: ApiAnswer, verb: string): number => {
  switch (answer.type) {
    case 'object':
    case 'value':
      return answer.code;
    case 'written':
      return verb === 'POST' ? 201 : 200;
    case 'list':
      return 200;
    case 'status':
      return answer.status.code ?? (answer.status.status === 'Success' ? 200 : 500);
    case 'failure':
      return answer.reason === 'overloaded' ? 429 : answer.reason === 'deadline-exceeded' ? 504 : 503;
  }
};
