import { type ActorContext, type Address, atomically, type Duration, type Flow, isFailure, milliseconds, minutes, request } from '@naumachia/core';
import type { WatchCreate, WatchMessage, WatchResponse } from '../api/etcd-watch.js';
import type { MvccStore } from './mvcc-store.js';
import { cancelWatch, createWatch, newStream, nextResponse, tellProgress, tellQuiet, type WatchStream } from './watch-stream.js';

/** The open streams, by client and number. */
export interface WatchService {
  readonly streams: Map<string, WatchStream>;
  /** Streams that were ever opened. */
  opened: number;
}

/** What the service needs of its actor. */
interface Watched {
  readonly config: { readonly watchProgressInterval?: Duration };
  readonly machine: { readonly store: MvccStore };
  readonly watching: WatchService;
}

interface OfStream {
  readonly name: string;
  readonly opened: number;
}

/** What the service tells its actor's future self. */
export type WatchTimer = OfStream & ({ readonly type: 'watch-tick' } | { readonly type: 'watch-look' });

export const noWatches = (): WatchService => ({ streams: new Map(), opened: 0 });

/** --watch-progress-notify-interval; up to a tenth is added by chance, so that not all are told at once. */
const PROGRESS_INTERVAL = minutes(10);
const JITTER = 0.1;
/** Between two searches of a long history. */
const LOOK_PAUSE = milliseconds(1);
/** Responses that wait for a client which asks for more and takes nothing; then its stream is ended. */
const MAX_READY = 1024;

const nameOf = ({ actor, incarnation }: Address, stream: number): string => `${actor}#${incarnation}/${stream}`;

/** Handles what clients say about their streams. */
export const onWatchMessage = (state: Watched, message: WatchMessage, context: ActorContext): void => {
  const { streams } = state.watching;
  const { store } = state.machine;
  const { client, stream } = message;
  const name = nameOf(client, stream);
  let open = streams.get(name);
  if (open === undefined) {
    if (message.type === 'watch-close') return;
    if (message.type !== 'watch-create') return context.send(client, { type: 'watch-broken', stream });
    if (![...streams.values()].some((other) => isOf(other, client))) context.watch(client);
    streams.set(name, (open = newStream(client, stream, ++state.watching.opened)));
  }
  switch (message.type) {
    case 'watch-create':
      createWatch(open, message, store);
      tickIfWanted(state, name, open, message, context);
      break;
    case 'watch-cancel':
      cancelWatch(open, message.watchId, store);
      break;
    case 'watch-progress':
      tellProgress(open, store);
      break;
    case 'watch-close':
      return close(state, name, context);
  }
  if (open.ready.length > MAX_READY) return breakOff(state, name, context);
  deliver(state, name, context);
};

const isOf = ({ client }: WatchStream, { actor, incarnation }: Address): boolean => client.actor === actor && client.incarnation === incarnation;

/** After every change: whoever waits for one is told. */
export const tellWatchers = (state: Watched, context: ActorContext): void => {
  for (const name of state.watching.streams.keys()) deliver(state, name, context);
};

const deliver = (state: Watched, name: string, context: ActorContext): void => {
  const stream = state.watching.streams.get(name);
  if (stream === undefined || stream.delivering) return;
  const response = nextResponse(stream, state.machine.store);
  if (response === undefined) return;
  stream.delivering = true;
  const { opened, client } = stream;
  if (response === 'look-again') context.after(LOOK_PAUSE, look({ name, opened }));
  else context.run(delivering, { name, opened, client, response });
};

const look = ({ name, opened }: OfStream): Extract<WatchTimer, { type: 'watch-look' }> => ({ type: 'watch-look', name, opened });

/** One response to one client. The next one is another flow: a flow keeps all answers that it ever had. */
export function* delivering({ name, opened, client, response }: { readonly name: string; readonly opened: number; readonly client: WatchStream['client']; readonly response: WatchResponse }): Flow {
  const taken = yield* request(client, response);
  yield* atomically((state: Watched, context) => {
    if (!isFailure(taken)) onLook(state, look({ name, opened }), context);
    else if (state.watching.streams.get(name)?.opened === opened) breakOff(state, name, context);
  });
}

export const onLook = (state: Watched, { name, opened }: OfStream & { readonly type: 'watch-look' }, context: ActorContext): void => {
  const stream = state.watching.streams.get(name);
  if (stream?.opened !== opened) return;
  stream.delivering = false;
  deliver(state, name, context);
};

const tickIfWanted = (state: Watched, name: string, stream: WatchStream, { progressNotify }: WatchCreate, context: ActorContext): void => {
  if (progressNotify !== true || stream.ticking) return;
  stream.ticking = true;
  tickLater(state, { name, opened: stream.opened }, context);
};

const tickLater = ({ config }: Watched, { name, opened }: OfStream, context: ActorContext): void => {
  const interval = config.watchProgressInterval ?? PROGRESS_INTERVAL;
  const tick: WatchTimer = { type: 'watch-tick', name, opened };
  context.after(milliseconds(interval + context.random.float() * interval * JITTER), tick);
};

export const onTick = (state: Watched, { name, opened }: OfStream & { readonly type: 'watch-tick' }, context: ActorContext): void => {
  const stream = state.watching.streams.get(name);
  if (stream?.opened !== opened) return;
  tellQuiet(stream, state.machine.store);
  if (stream.ready.length > MAX_READY) return breakOff(state, name, context);
  deliver(state, name, context);
  tickLater(state, { name, opened }, context);
};

/** A client that has ended, or was restarted, has no streams any more. */
export const onClientEnded = (state: Watched, { actor }: { readonly actor: Address }): void => {
  for (const [name, stream] of state.watching.streams) if (isOf(stream, actor)) state.watching.streams.delete(name);
};

const close = (state: Watched, name: string, context: ActorContext): void => {
  const { streams } = state.watching;
  const stream = streams.get(name);
  if (stream === undefined) return;
  streams.delete(name);
  if (![...streams.values()].some((other) => isOf(other, stream.client))) context.unwatch(stream.client);
};

/** Ends a stream whose client does not take what it is sent. */
const breakOff = (state: Watched, name: string, context: ActorContext): void => {
  const stream = state.watching.streams.get(name);
  if (stream === undefined) return;
  close(state, name, context);
  context.send(stream.client, { type: 'watch-broken', stream: stream.stream });
};
