/** A path below `/api/VERSION` or `/apis/GROUP/VERSION`, as Kubernetes' RequestInfo reads it. */
export interface ResourcePath {
  readonly group: string;
  readonly version: string;
  /** Below the old `/watch` prefix. */
  readonly watch: boolean;
  readonly namespace: string;
  /** Whether the path stands below `namespaces/NAMESPACE/`. */
  readonly namespaced: boolean;
  readonly resource: string;
  readonly name: string;
  readonly subresource: string;
  /** What follows the subresource (`proxy/metrics`), without a leading slash. */
  readonly rest: string;
}

/** Subresources of a namespace: below `namespaces/NAME/` every other word is a resource in that namespace. */
const NAMESPACE_SUBRESOURCES = new Set(['status', 'finalize']);

/**
 * Splits a decoded path. `undefined`: not the path of a resource (discovery, health, unknown). Whether such a resource is served
 * is another question.
 */
export const parseResourcePath = (path: string): ResourcePath | undefined => {
  const parts = path.split('/');
  if (parts[0] !== '' || parts.some((part, i) => part === '' && i > 0 && i < parts.length - 1)) return undefined;
  if (parts.at(-1) === '') parts.pop();
  let at: number;
  let group = '';
  if (parts[1] === 'api') at = 2;
  else if (parts[1] === 'apis') {
    group = parts[2] ?? '';
    at = 3;
  } else return undefined;
  const version = parts[at++] ?? '';
  const watch = parts[at] === 'watch' && parts.length > at + 1;
  if (watch) at++;
  if (parts.length <= at) return undefined;

  let namespace = '';
  let namespaced = false;
  if (parts[at] === 'namespaces' && parts.length > at + 2 && !(group === '' && NAMESPACE_SUBRESOURCES.has(parts[at + 2] ?? ''))) {
    namespace = parts[at + 1] ?? '';
    namespaced = true;
    at += 2;
  }
  return {
    group,
    version,
    watch,
    namespace,
    namespaced,
    resource: parts[at] ?? '',
    name: parts[at + 1] ?? '',
    subresource: parts[at + 2] ?? '',
    rest: parts.slice(at + 3).join('/'),
  };
};

export interface RequestTarget {
  readonly path: string;
  readonly query: URLSearchParams;
}

const NO_QUERY = new URLSearchParams();

/** A pair that cannot be read, or that a semicolon parts, is as good as none (url.ParseQuery of Go, whose error nobody looks at). */
const parseQuery = (query: string): URLSearchParams =>
  new URLSearchParams(/;|%(?![0-9A-Fa-f]{2})/.test(query) ? query.split('&').filter((pair) => !/;|%(?![0-9A-Fa-f]{2})/.test(pair)).join('&') : query);

/** Splits a request target into its decoded path and its query; `undefined` if its percent-encoding is broken. */
export const parseTarget = (target: string): RequestTarget | undefined => {
  const mark = target.indexOf('?');
  const raw = mark < 0 ? target : target.slice(0, mark);
  const query = mark < 0 ? NO_QUERY : parseQuery(target.slice(mark + 1));
  if (!raw.includes('%')) return { path: raw, query };
  try {
    return { path: decodeURIComponent(raw), query };
  } catch {
    return undefined;
  }
};
