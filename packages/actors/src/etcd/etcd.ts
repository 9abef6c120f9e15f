import { defineActor, Encoded, milliseconds, minutes, seconds, type ActorContext, type Duration, type FeedEntry, type Instant, type TimerId } from '@naumachia/core';
import type { EtcdRefusal, EtcdRequest, EtcdStatusReply, KeyValue, LeaseGrantRequest, LeaseKeepAliveRequest, LeaseReply, LeaseTimeToLiveRequest, RangeRequest } from '../api/etcd-requests.js';
import type { WatchMessage } from '../api/etcd-watch.js';
import { archivePast, nothingArchived, type Archived } from './archive.js';
import { needsScavenging, scavenge } from './compaction.js';
import { keyAt, lastEvents } from './event-log.js';
import { history } from './history.js';
import { expiryOf, forget, nextExpiry, renew, takeExpired, timeLeft, type LeaseExpiry } from './lease-expiry.js';
import { nameOf, NO_ROUTE } from './key-table.js';
import { routeOf } from './mvcc-store.js';
import { DEFAULT_QUOTA_BYTES } from './quota.js';
import { range, unreadable } from './range.js';
import { recover } from './recovery.js';
import { refused } from './refusals.js';
import { needsSettling, settleAgain } from './settling.js';
import { apply, newStateMachine, type Command, type EtcdReply, type StateMachine } from './state-machine.js';
import { delivering, noWatches, onClientEnded, onLook, onTick, onWatchMessage, tellWatchers, type WatchService, type WatchTimer } from './watch-service.js';
import { beginCheckpoint, continueCheckpoint, needsCheckpoint, newLog, persist, type WriteAheadLog } from './write-ahead-log.js';

export interface EtcdConfig {
  /** Keep everything acknowledged on the actor's disk, and recover from it. Default true. */
  readonly durable?: boolean;
  /** Events that the feed `kv` keeps for those who resume; compaction does not touch them. Default 65,536. */
  readonly feedLimit?: number;
  /** Default 2 GiB. It is held against the bytes of all revisions that are kept, where the real one looks at its database file, which never shrinks by itself. */
  readonly quotaBytes?: number;
  /** Dead bytes in the disk log that are not worth a checkpoint. Default 16 MiB. */
  readonly slackBytes?: number;
  /** Default 10 min: how often a watch that wants it is told how far the store has come. */
  readonly watchProgressInterval?: Duration;
}

/** One member, which is the leader. What a cluster agrees on is `machine`; the rest is the member's own. */
export interface EtcdState {
  readonly config: EtcdConfig;
  readonly machine: StateMachine;
  readonly log: WriteAheadLog;
  readonly expiry: LeaseExpiry;
  /** For the first lease that ends. */
  leaseTimer: { readonly at: Instant; readonly timer: TimerId } | undefined;
  /** Whether a `housekeep` is on its way. */
  housekeeping: boolean;
  readonly archived: Archived;
  readonly watching: WatchService;
}

/** What etcd tells itself. */
type EtcdTimer = { readonly type: 'expire-leases' } | { readonly type: 'housekeep' } | { readonly type: 'archive' };
type EtcdMessage = EtcdRequest | WatchMessage | EtcdTimer | WatchTimer;

const FEED = 'kv';
const DEFAULT_FEED_LIMIT = 65_536;
/** Events that are older have been compacted away, or soon will be: a follower that is behind them reads anew. */
const FEED_FRESH = minutes(5);
const VERSION = '3.6.16';

/** Scavenging and checkpoints go on in steps of well under a millisecond, this far apart. */
const HOUSEKEEPING_PAUSE = milliseconds(1);
const SCAVENGE_EVENTS = 2048;
const CHECKPOINT_REVISIONS = 1024;
const SETTLED_KEYS = 1024;

const start = (config: EtcdConfig, context: ActorContext): EtcdState => {
  const quotaBytes = config.quotaBytes ?? DEFAULT_QUOTA_BYTES;
  const { machine, log } = config.durable === false ? { machine: newStateMachine(quotaBytes), log: newLog() } : recover(context.disk, quotaBytes);
  const limit = config.feedLimit ?? DEFAULT_FEED_LIMIT;
  const past = lastEvents(machine.store.log, limit).filter(({ header }) => header.revision > machine.store.compactRevision);
  const { store } = machine;
  // Watchers resume after a restart: the feed begins with what the log still has.
  const begins = past[0] === undefined ? store.revision : past.length < limit ? store.compactRevision : past[0].header.revision - 1;
  context.openFeed(FEED, begins, { limit, fresh: FEED_FRESH });
  if (past.length > 0) context.publish(FEED, past.map((kv) => ({ revision: kv.header.revision, keys: routeOf(store, kv.header.key), value: kv })));
  const state: EtcdState = { config, machine, log, expiry: expiryOf(machine.leases, context.now), leaseTimer: undefined, housekeeping: false, archived: nothingArchived(machine.store.revision), watching: noWatches() };
  armLeaseTimer(state, context);
  return state;
};

/** Carries out a command: what it changed is on disk before anybody hears of it. */
const commit = (state: EtcdState, command: Command, context: ActorContext): EtcdReply => {
  const { reply, record } = apply(state.machine, command);
  if (record === undefined) return reply;
  if (state.config.durable !== false) {
    const { disk } = context;
    persist(state.log, disk, record);
    disk.sync();
  }
  if (record instanceof Encoded) context.publish(FEED, [feedEntry(state.machine, record, 1)]);
  else if (record.type === 'commit') context.publish(FEED, feedEntries(state.machine, record.events));
  if (!state.housekeeping && ((!(record instanceof Encoded) && record.type === 'compact') || wantsCheckpoint(state))) keepHouse(state, context);
  if (state.watching.streams.size > 0) tellWatchers(state, context);
  if (!state.archived.awaited) archive(state, { type: 'archive' }, context);
  return reply;
};

const handle = (state: EtcdState, command: Command, context: ActorContext): void => {
  answer(context, commit(state, command, context));
};

const answer = (context: ActorContext, reply: EtcdReply): void => {
  if (context.caller !== undefined) context.reply(context.caller, reply);
};

/** Of the event that stands so many places before the end of the log. */
const feedEntry = ({ store: { log, table } }: StateMachine, kv: KeyValue, fromEnd: number): FeedEntry => ({
  revision: kv.header.revision,
  keys: table.routes[keyAt(log, log.end - fromEnd)] ?? NO_ROUTE,
  value: kv,
});

const feedEntries = (machine: StateMachine, events: readonly KeyValue[]): FeedEntry[] => events.map((kv, i) => feedEntry(machine, kv, events.length - i));

const read = (state: EtcdState, request: RangeRequest, context: ActorContext): void => {
  const { store } = state.machine;
  answer(context, request.key === '' ? refused('empty-key') : (unreadable(store, request.revision) ?? range(store, request, store.revision)));
};

const grant = (state: EtcdState, request: LeaseGrantRequest, context: ActorContext): void => {
  let { id } = request;
  while (id === 0 || (request.id === 0 && state.machine.leases.has(id))) id = context.random.uint32();
  const reply = commit(state, request.id === 0 ? Object.assign({}, request, { id }) : request, context) as LeaseReply | EtcdRefusal;
  if (reply.type === 'lease') {
    renew(state.expiry, reply.id, reply.ttl, context.now);
    armLeaseTimer(state, context);
  }
  answer(context, reply);
};

/** Keep-alives are between the client and the leader: nothing is written. */
const keepAlive = (state: EtcdState, { id }: LeaseKeepAliveRequest, context: ActorContext): void => {
  const lease = state.machine.leases.get(id);
  if (lease !== undefined) renew(state.expiry, id, lease.ttl, context.now);
  answer(context, { type: 'lease', id, ttl: lease?.ttl ?? 0 });
};

const timeToLive = (state: EtcdState, { id, keys }: LeaseTimeToLiveRequest, context: ActorContext): LeaseReply => {
  const lease = state.machine.leases.get(id);
  if (lease === undefined) return { type: 'lease', id, ttl: -1 };
  const ttl = Math.floor(timeLeft(state.expiry, id, context.now) / seconds(1));
  return keys === true ? { type: 'lease', id, ttl, grantedTtl: lease.ttl, keys: Array.from(lease.keys, (key) => nameOf(state.machine.store.table, key)).sort() } : { type: 'lease', id, ttl, grantedTtl: lease.ttl };
};

const expireLeases = (state: EtcdState, _: EtcdTimer, context: ActorContext): void => {
  state.leaseTimer = undefined;
  for (const id of takeExpired(state.expiry, context.now)) commit(state, { type: 'lease-revoke', id }, context);
  armLeaseTimer(state, context);
};

const armLeaseTimer = (state: EtcdState, context: ActorContext): void => {
  const at = nextExpiry(state.expiry);
  const armed = state.leaseTimer;
  if (at === undefined || (armed !== undefined && armed.at <= at)) return;
  if (armed !== undefined) context.cancel(armed.timer);
  const timer = context.after(milliseconds(Math.max(0, at - context.now)), { type: 'expire-leases' });
  state.leaseTimer = { at, timer };
};

const wantsCheckpoint = (state: EtcdState): boolean => state.config.durable !== false && needsCheckpoint(state.log, state.machine, state.config.slackBytes);

const keepHouse = (state: EtcdState, context: ActorContext): void => {
  state.housekeeping = true;
  context.after(HOUSEKEEPING_PAUSE, { type: 'housekeep' });
};

/** One step of what waits: a checkpoint that was begun, then scavenging after a compaction, then the next checkpoint, then settling. */
const housekeep = (state: EtcdState, _: EtcdTimer, context: ActorContext): void => {
  const { machine, log } = state;
  state.housekeeping = false;
  if (log.copy !== undefined) continueCheckpoint(log, machine, context.disk, CHECKPOINT_REVISIONS);
  else if (needsScavenging(machine.store)) scavenge(machine.store, SCAVENGE_EVENTS);
  else if (wantsCheckpoint(state)) beginCheckpoint(log, machine, context.disk);
  else if (needsSettling(machine.store)) settleAgain(machine.store, SETTLED_KEYS);
  if (log.copy !== undefined || needsScavenging(machine.store) || wantsCheckpoint(state) || needsSettling(machine.store)) keepHouse(state, context);
};

/** One step of packing what has become history, and when to take the next. */
const archive = ({ archived, machine }: EtcdState, message: Extract<EtcdTimer, { type: 'archive' }>, context: ActorContext): void => {
  const wait = archivePast(archived, machine.store, context.now);
  archived.awaited = wait !== undefined;
  if (wait !== undefined) context.after(wait, message);
};

const status = ({ machine }: EtcdState): EtcdStatusReply => {
  const { store, leases, quota } = machine;
  return {
    type: 'status',
    version: VERSION,
    revision: store.revision,
    compactRevision: store.compactRevision,
    size: store.bytes,
    quota: quota.bytes,
    keys: store.keys,
    leases: leases.size,
    alarms: [...quota.alarms],
  };
};

/** The store of the cluster, after etcd 3.6: the v3 API as messages (`api/etcd-requests.ts`) and the feed `kv`. */
export const etcd = defineActor<EtcdConfig, EtcdState, EtcdMessage>({
  kind: 'etcd',
  start,
  receive: {
    put: handle,
    'delete-range': handle,
    txn: handle,
    'optimistic-put': handle,
    'optimistic-delete': handle,
    compact: handle,
    alarm: handle,
    range: read,
    history: (state, request, context) => answer(context, history(state.machine.store, request)),
    'lease-grant': grant,
    'lease-revoke': (state, request, context) => {
      forget(state.expiry, request.id);
      handle(state, request, context);
    },
    'lease-keep-alive': keepAlive,
    'lease-time-to-live': (state, request, context) => answer(context, timeToLive(state, request, context)),
    'lease-leases': (state, _, context) => answer(context, { type: 'leases', ids: [...state.machine.leases.keys()].sort((a, b) => a - b) }),
    status: (state, _, context) => answer(context, status(state)),
    'watch-create': onWatchMessage,
    'watch-cancel': onWatchMessage,
    'watch-progress': onWatchMessage,
    'watch-close': onWatchMessage,
    'watch-look': onLook,
    'watch-tick': onTick,
    'expire-leases': expireLeases,
    archive,
    housekeep,
  },
  signals: { terminated: onClientEnded },
  flows: [delivering],
});
