import { named, type FeedBatch, type FeedEntry, type Port } from '@naumachia/core';
import { isFailure } from '@naumachia/core';
import type { ApiRequest, Stored } from '../../api/requests.js';
import { tooOldResourceVersion } from '../../api/status.js';
import { parseResourceVersion } from '../resource-version.js';
import { drained, isGone, mustDrain, sendStatus, statusOfFailure, writeWarnings, type Exchange } from './exchange.js';
import type { ListOptions } from './list-options.js';
import type { ResourceRoute } from './resource-route.js';
import { isSelected, selectionOf, type Selection } from './selection.js';
import { watchFrames, type WatchFrames } from './watch-frames.js';

const API_SERVER = named<ApiRequest>('apiserver');

/** minRequestTimeout of kube-apiserver: a watch without timeoutSeconds ends after 30 to 60 minutes. */
const DEFAULT_TIMEOUT_SECONDS = 1800;
const BOOKMARK_INTERVAL = 60_000;
/** How long after a lost link or a restarted API server the feed is asked for again. */
const RESUME_DELAY = 200;
/** Events are written in pieces of about so many characters. */
const PIECE = 32 * 1024;

/** Answers a watch: a stream of JSON frames that ends after its time, when the client goes, or when its revision is gone. */
export const serveWatch = async (port: Port, exchange: Exchange, route: ResourceRoute, options: ListOptions): Promise<void> => {
  const { resource, namespace, name } = route;
  const selection = selectionOf(resource, namespace, name, options.labelSelector, options.fieldSelector);
  const start = await startOf(port, exchange, route, options, selection);
  if (start === undefined) return;
  const { response } = exchange;
  const { limits } = exchange.serving;
  const frames = watchFrames(exchange, resource, port);
  writeWarnings(response, exchange.warnings);
  response.writeHead(200, { 'content-type': 'application/json', 'cache-control': 'no-cache, private' });
  response.flushHeaders();

  /** The objects that are in the selection, where that can change. */
  const selected = selection.changes ? new Map<string, Stored>() : undefined;
  for (const stored of start.known) selected?.set(keyOf(stored), stored);
  response.setTimeout(limits.unreadTimeout, () => response.destroy());
  if (!(await sendInitial(exchange, start.initial, frames))) return;
  // From here on silence is normal, and what waits is bounded.
  response.setTimeout(0);
  let revision = start.revision;
  if (options.sendInitialEvents === true && options.allowWatchBookmarks) response.write(frames.bookmark(revision, true));

  let unsubscribe = (): void => {};
  /** For the client to read, or for the API server to be there again. */
  let waiting: NodeJS.Timeout | undefined;
  let over = false;
  const stop = (last?: string): void => {
    if (over) return;
    over = true;
    for (const timer of [waiting, end, bookmarks]) clearTimeout(timer);
    unsubscribe();
    if (!isGone(response)) response.end(last);
  };
  /** A client that reads too slowly keeps its place in the feed, and nothing else, until it has read what it was sent. */
  const hold = (): void => {
    unsubscribe();
    unsubscribe = () => {};
    waiting = setTimeout(() => response.destroy(), limits.unreadTimeout);
    response.once('drain', () => {
      clearTimeout(waiting);
      follow();
    });
  };
  const batch = ({ entries, revision: seen }: FeedBatch): void => {
    if (over) return;
    if (mustDrain(response)) return hold();
    let out = '';
    for (let i = 0; i < entries.length; i++) {
      const { value, revision: at } = entries[i] as FeedEntry;
      out += frameOf(value as Stored, selection, selected, frames);
      // What belongs to one revision is not parted.
      if (out.length < PIECE || entries[i + 1]?.revision === at) continue;
      response.write(out);
      out = '';
      if (response.writableLength < limits.watchBytes) continue;
      revision = at;
      return hold();
    }
    if (out !== '') response.write(out);
    revision = Math.max(revision, seen);
  };
  const follow = (): void => {
    if (over) return;
    unsubscribe = port.subscribe(API_SERVER, resource.storedResource, { after: revision, ...(selection.feedKey !== undefined && { key: selection.feedKey }) }, {
      batch,
      ended: ({ reason }) => {
        if (reason === 'gone') stop(frames.error(tooOldResourceVersion(revision, revision + 1)));
        else waiting = setTimeout(follow, RESUME_DELAY);
      },
    });
  };

  response.once('close', () => stop());
  const seconds = options.timeoutSeconds || DEFAULT_TIMEOUT_SECONDS * (1 + Math.random());
  const end = setTimeout(() => stop(), Math.min(seconds * 1000, 0x7fffffff));
  const bookmarks = options.allowWatchBookmarks ? setInterval(() => mustDrain(response) || response.write(frames.bookmark(revision, false)), BOOKMARK_INTERVAL) : undefined;
  follow();
  if (isGone(response)) stop();
};

interface Start {
  /** After this revision events follow. */
  readonly revision: number;
  /** What is sent as ADDED first. */
  readonly initial: readonly Stored[];
  /** What is in the selection at that revision. */
  readonly known: readonly Stored[];
}

/** Where the stream begins; undefined if the request has been refused. */
const startOf = async (port: Port, exchange: Exchange, { resource, namespace, name }: ResourceRoute, options: ListOptions, selection: Selection): Promise<Start | undefined> => {
  const from = parseResourceVersion(options.resourceVersion) ?? 0;
  const synthetic = options.sendInitialEvents ?? from === 0;
  if (!synthetic && from > 0 && !selection.changes) return { revision: from, initial: [], known: [] };
  const nameSelector = name === '' ? '' : `metadata.name=${name}`;
  const fieldSelector = [options.fieldSelector, nameSelector].filter((text) => text !== '').join(',');
  const answer = await port.request(API_SERVER, {
    type: 'list',
    user: exchange.user,
    resource: resource.storedResource,
    namespace,
    ...(options.labelSelector !== '' && { labelSelector: options.labelSelector }),
    ...(fieldSelector !== '' && { fieldSelector }),
    // Only the newest revision is wanted, or, with selectors, what was selected when the watch begins.
    ...(synthetic || selection.changes ? {} : { limit: 1 }),
    ...(from > 0 && { resourceVersion: String(from), resourceVersionMatch: synthetic ? 'NotOlderThan' : 'Exact' }),
  });
  if (isFailure(answer)) {
    sendStatus(exchange, statusOfFailure(answer));
    return undefined;
  }
  if (answer.type === 'list') {
    const revision = synthetic || from === 0 ? answer.revision : from;
    return { revision, initial: synthetic ? answer.items : [], known: selection.changes ? answer.items : [] };
  }
  // A revision that is too old or not there yet: the feed says what is to be said of it.
  if (!synthetic && from > 0) return { revision: from, initial: [], known: [] };
  if (answer.type === 'status') sendStatus(exchange, answer.status);
  return undefined;
};

/** Sends what exists, a piece at a time as the client reads; false if it went away. */
const sendInitial = async ({ response }: Exchange, initial: readonly Stored[], frames: WatchFrames): Promise<boolean> => {
  let out = '';
  for (const [i, stored] of initial.entries()) {
    out += frames.event('ADDED', stored);
    if (out.length < PIECE && i < initial.length - 1) continue;
    const isTaken = response.write(out);
    out = '';
    if (isTaken || isGone(response)) continue;
    await drained(response);
    if (isGone(response)) return false;
  }
  return !isGone(response);
};

const keyOf = ({ header }: Stored): string => `${header.namespace}/${header.name}`;

/** What a change means to this watch: an object that enters the selection is ADDED, one that leaves it DELETED. */
const frameOf = (stored: Stored, selection: Selection, selected: Map<string, Stored> | undefined, frames: WatchFrames): string => {
  const { change } = stored.header;
  if (selected === undefined) {
    if (!isSelected(selection, stored)) return '';
    return frames.event(change === 'created' ? 'ADDED' : change === 'updated' ? 'MODIFIED' : 'DELETED', stored);
  }
  const key = keyOf(stored);
  const former = selected.get(key);
  if (change !== 'deleted' && isSelected(selection, stored)) {
    selected.set(key, stored);
    return frames.event(former === undefined ? 'ADDED' : 'MODIFIED', stored);
  }
  if (former === undefined) return '';
  selected.delete(key);
  // What left is shown as it was, with the revision at which it left.
  return change === 'deleted' ? frames.event('DELETED', stored) : frames.left(former, stored.header.revision);
};
