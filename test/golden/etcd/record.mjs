// Records what a real etcd answers: node record.mjs PATH-OF-ETCD-3.6 > conversations.json
// Every case begins with an empty server; requests are those of packages/actors/src/api/etcd-requests.ts, with values as text.
import { spawn } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { CASES } from './cases.mjs';

const [binary] = process.argv.slice(2);
if (binary === undefined) throw new Error('usage: node record.mjs PATH-OF-ETCD > conversations.json');
const CLIENT = 23790;
const PEER = 23800;
const b64 = (text) => Buffer.from(text).toString('base64');
const text = (encoded) => Buffer.from(encoded ?? '', 'base64').toString();
const number = (value) => Number(value ?? 0);

const post = async (path, body) => {
  const response = await fetch(`http://127.0.0.1:${CLIENT}/v3/${path}`, { method: 'POST', body: JSON.stringify(body) });
  return response.json();
};

const rangeOf = ({ key, rangeEnd }) => ({ key: b64(key), ...(rangeEnd !== undefined && { range_end: b64(rangeEnd) }) });
const RESULTS = { equal: 'EQUAL', 'not-equal': 'NOT_EQUAL', greater: 'GREATER', less: 'LESS' };
const compareOf = (compare) => ({
  ...rangeOf(compare), target: compare.target.toUpperCase(), result: RESULTS[compare.result],
  ...{ mod: { mod_revision: compare.value }, create: { create_revision: compare.value }, version: { version: compare.value }, lease: { lease: compare.value }, value: { value: b64(String(compare.value)) } }[compare.target],
});
const operationOf = (operation) => ({ [{ put: 'request_put', range: 'request_range', 'delete-range': 'request_delete_range', txn: 'request_txn' }[operation.type]]: bodyOf(operation) });
const bodyOf = (request) => {
  switch (request.type) {
    case 'put':
      return { key: b64(request.key), value: b64(valueOf(request)), lease: request.lease ?? 0, prev_kv: request.prevKv ?? false, ignore_value: request.ignoreValue ?? false, ignore_lease: request.ignoreLease ?? false };
    case 'range':
      return {
        ...rangeOf(request), limit: request.limit ?? 0, revision: request.revision ?? 0, count_only: request.countOnly ?? false, keys_only: request.keysOnly ?? false, serializable: request.serializable ?? false,
        ...(request.sort && { sort_target: request.sort.target.toUpperCase(), sort_order: request.sort.order.toUpperCase() }),
        min_mod_revision: request.minModRevision ?? 0, max_mod_revision: request.maxModRevision ?? 0, min_create_revision: request.minCreateRevision ?? 0, max_create_revision: request.maxCreateRevision ?? 0,
      };
    case 'delete-range':
      return { ...rangeOf(request), prev_kv: request.prevKv ?? false };
    case 'txn':
      return { compare: request.compare.map(compareOf), success: request.success.map(operationOf), failure: request.failure.map(operationOf) };
  }
};
/** `repeat` stands for long values. */
const valueOf = ({ value, repeat }) => (repeat === undefined ? value : value.repeat(repeat));

const kv = (from) => from && { key: text(from.key), value: short(text(from.value)), create: number(from.create_revision), mod: number(from.mod_revision), version: number(from.version), lease: number(from.lease) };
const short = (value) => (value.length > 100 ? `${value.slice(0, 10)}... ${value.length}` : value);
const kvs = (list) => (list ?? []).map(kv);
const revision = (answer) => number(answer.header?.revision);

const answerOf = (request, answer) => {
  if (answer.error !== undefined || answer.message !== undefined) return { error: answer.message ?? answer.error };
  switch (request.type) {
    case 'put':
      return { revision: revision(answer), ...(answer.prev_kv && { prevKv: kv(answer.prev_kv) }) };
    case 'range':
      return { revision: revision(answer), kvs: kvs(answer.kvs), more: answer.more ?? false, count: number(answer.count) };
    case 'delete-range':
      return { revision: revision(answer), deleted: number(answer.deleted), ...(answer.prev_kvs && { prevKvs: kvs(answer.prev_kvs) }) };
    case 'txn': {
      const branch = answer.succeeded ? request.success : request.failure;
      const inner = (response, i) => answerOf(branch[i], Object.values(response)[0] ?? {});
      return { revision: revision(answer), succeeded: answer.succeeded ?? false, responses: (answer.responses ?? []).map(inner) };
    }
    case 'compact':
      return { revision: revision(answer) };
    case 'lease-grant':
      return { id: number(answer.ID), ttl: number(answer.TTL) };
    case 'lease-revoke':
      return { revision: revision(answer) };
    case 'lease-time-to-live':
      return { id: number(answer.ID), exists: number(answer.TTL) >= 0, grantedTtl: number(answer.grantedTTL), keys: (answer.keys ?? []).map(text) };
    case 'lease-leases':
      return { ids: (answer.leases ?? []).map(({ ID }) => number(ID)).sort((a, b) => a - b) };
    case 'alarm':
      return { alarms: (answer.alarms ?? []).map(({ alarm }) => alarm) };
  }
};

const PATHS = { put: 'kv/put', range: 'kv/range', 'delete-range': 'kv/deleterange', txn: 'kv/txn', compact: 'kv/compaction', 'lease-grant': 'lease/grant', 'lease-revoke': 'lease/revoke', 'lease-time-to-live': 'lease/timetolive', 'lease-leases': 'lease/leases', alarm: 'maintenance/alarm' };
const REST = {
  compact: ({ revision: at }) => ({ revision: at }),
  'lease-grant': ({ id, ttl }) => ({ ID: id, TTL: ttl }),
  'lease-revoke': ({ id }) => ({ ID: id }),
  'lease-time-to-live': ({ id, keys }) => ({ ID: id, keys: keys ?? false }),
  'lease-leases': () => ({}),
  alarm: ({ action }) => ({ action: action.toUpperCase(), alarm: 'NONE' }),
};

const FILTERS = { 'no-put': 'NOPUT', 'no-delete': 'NODELETE' };
const WATCH_REQUESTS = {
  'watch-create': (request) => ({
    create_request: {
      ...rangeOf(request), start_revision: request.startRevision ?? 0, filters: (request.filters ?? []).map((filter) => FILTERS[filter]), prev_kv: request.prevKv ?? false,
      progress_notify: request.progressNotify ?? false, fragment: request.fragment ?? false, watch_id: request.watchId ?? 0,
    },
  }),
  'watch-cancel': ({ watchId }) => ({ cancel_request: { watch_id: watchId } }),
  'watch-progress': () => ({ progress_request: {} }),
};

const eventOf = (event) => ({ type: (event.type ?? 'PUT').toLowerCase(), kv: kv(event.kv), ...(event.prev_kv && { prevKv: kv(event.prev_kv) }) });

/** What a stream of watches is sent within `wait` ms, while `meanwhile` is asked as well. */
const stream = async (requests, wait, meanwhile = []) => {
  const stop = new AbortController();
  const body = requests.map((request) => JSON.stringify(WATCH_REQUESTS[request.type](request))).join('\n');
  const parts = [];
  const read = async () => {
    // The answer begins with the first response: a stream that has none does not even have a head.
    const response = await fetch(`http://127.0.0.1:${CLIENT}/v3/watch`, { method: 'POST', signal: stop.signal, body });
    for await (const part of response.body) parts.push(Buffer.from(part));
  };
  const reading = read().catch(() => {});
  await pause(200);
  for (const request of meanwhile) await post(PATHS[request.type], (REST[request.type] ?? bodyOf)(request));
  await pause(wait);
  stop.abort();
  await reading;
  const lines = Buffer.concat(parts).toString().split('\n').filter((line) => line !== '');
  return lines.map((line) => JSON.parse(line).result).map((result) => ({
    watchId: number(result.watch_id), revision: revision(result), events: (result.events ?? []).map(eventOf),
    ...(result.created && { created: true }), ...(result.canceled && { canceled: true }), ...(result.cancel_reason && { cancelReason: result.cancel_reason }),
    ...(number(result.compact_revision) > 0 && { compactRevision: number(result.compact_revision) }), ...(result.fragment && { fragment: true }),
  }));
};

/** What a watcher that starts in the past is sent at once. */
const watch = async ({ after, ...request }) => {
  const responses = await stream([{ ...request, type: 'watch-create', startRevision: after + 1 }], 500);
  const compacted = responses.find(({ compactRevision }) => compactRevision !== undefined)?.compactRevision;
  return compacted === undefined ? { events: responses.flatMap(({ events }) => events) } : { compacted };
};

const conversation = async ({ name, quota, progressMilliseconds, steps }) => {
  const dir = mkdtempSync(join(tmpdir(), 'etcd-'));
  const url = (port) => `http://127.0.0.1:${port}`;
  const flags = ['--data-dir', dir, '--log-level', 'fatal', '--listen-client-urls', url(CLIENT), '--advertise-client-urls', url(CLIENT), '--listen-peer-urls', url(PEER), '--initial-advertise-peer-urls', url(PEER), '--initial-cluster', `default=${url(PEER)}`, ...(progressMilliseconds === undefined ? [] : ['--watch-progress-notify-interval', `${progressMilliseconds}ms`])];
  const server = spawn(binary, quota === undefined ? flags : [...flags, '--quota-backend-bytes', String(quota)], { stdio: 'ignore' });
  try {
    for (;;) {
      const up = await post('maintenance/status', {}).catch(() => undefined);
      if (up?.leader !== undefined && up.leader !== '0') break;
      await pause(100);
    }
    const recorded = [];
    for (const request of steps) {
      // An alarm is disarmed for the member that raised it.
      if (request.type === 'alarm' && request.action === 'deactivate') {
        const { alarms } = await post(PATHS.alarm, { action: 'GET', alarm: 'NONE' });
        for (const { memberID, alarm } of alarms ?? []) await post(PATHS.alarm, { action: 'DEACTIVATE', memberID, alarm });
        recorded.push({ request, answer: answerOf(request, await post(PATHS.alarm, { action: 'GET', alarm: 'NONE' })) });
        continue;
      }
      const answer = request.type === 'history' ? await watch(request) : request.type === 'watch' ? { responses: await stream(request.requests, request.wait ?? 500, request.meanwhile) } : answerOf(request, await post(PATHS[request.type], (REST[request.type] ?? bodyOf)(request)));
      recorded.push({ request, answer });
    }
    return { name, ...(quota !== undefined && { quota }), ...(progressMilliseconds !== undefined && { progressMilliseconds }), steps: recorded };
  } finally {
    server.kill('SIGKILL');
    await new Promise((resolve) => server.once('exit', resolve));
    rmSync(dir, { recursive: true, force: true });
  }
};

const all = [];
for (const each of CASES) {
  process.stderr.write(`${each.name}\n`);
  all.push(await conversation(each));
}
process.stdout.write(`[\n${all.map(({ steps, ...rest }) => `{${JSON.stringify(rest).slice(1, -1)},"steps":[\n${steps.map((step) => JSON.stringify(step)).join(',\n')}\n]}`).join(',\n')}\n]\n`);
