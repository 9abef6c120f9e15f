const put = (key, value, more = {}) => ({ type: 'put', key, value, ...more });
const get = (key, more = {}) => ({ type: 'range', key, ...more });
const drop = (key, more = {}) => ({ type: 'delete-range', key, ...more });
const txn = (compare, success = [], failure = []) => ({ type: 'txn', compare, success, failure });
const when = (key, target, result, value, more = {}) => ({ key, target, result, value, ...more });
const watch = (key, after, more = {}) => ({ type: 'history', key, after, ...more });
const watches = (requests, more = {}) => ({ type: 'watch', requests, ...more });
const create = (key, more = {}) => ({ type: 'watch-create', key, ...more });
const cancel = (watchId) => ({ type: 'watch-cancel', watchId });
const progress = { type: 'watch-progress' };
const compact = (revision) => ({ type: 'compact', revision });
const ALL = { rangeEnd: '\0' };
const FRUIT = [put('a', '3'), put('b', '1'), put('c', '2'), put('b', '5'), put('a', '0'), put('d', ''), drop('d'), put('e', '4')];

const sorted = ['key', 'version', 'create', 'mod', 'value'].flatMap((target) => ['ascend', 'descend'].flatMap((order) => [get('a', { ...ALL, sort: { target, order } }), get('a', { ...ALL, sort: { target, order }, limit: 2 })]));
const compares = ['mod', 'create', 'version', 'lease', 'value'].flatMap((target) =>
  ['equal', 'not-equal', 'greater', 'less'].flatMap((result) => [0, 1, 2, 3].flatMap((value) => ['a', 'none'].map((key) => txn([when(key, target, result, target === 'value' ? String(value) : value)])))),
);
const ranged = ['mod', 'create', 'version', 'lease', 'value'].flatMap((target) =>
  ['equal', 'not-equal', 'greater', 'less'].flatMap((result) => [1, 4].map((value) => txn([when('a', target, result, target === 'value' ? String(value) : value, { rangeEnd: 'd' })]))),
);

export const CASES = [
  { name: 'range: bounds, limits, counts and revisions', steps: [
    ...FRUIT, get('a'), get('none'), get(''), get('', ALL), get('a', ALL), get('b', { rangeEnd: 'd' }), get('d', { rangeEnd: 'b' }), get('b', { rangeEnd: 'b' }), get('a', { ...ALL, limit: 1 }), get('a', { ...ALL, limit: 4 }), get('a', { ...ALL, limit: 9 }),
    get('a', { ...ALL, countOnly: true }), get('a', { ...ALL, countOnly: true, limit: 1 }), get('a', { countOnly: true }), get('none', { countOnly: true }), get('a', { ...ALL, keysOnly: true }), get('a', { keysOnly: true }),
    get('a', { ...ALL, revision: 4 }), get('a', { revision: 2 }), get('d', { revision: 7 }), get('d', { revision: 8 }), get('a', { ...ALL, revision: 99 }), get('a', { ...ALL, revision: -1 }), get('a', { ...ALL, serializable: true }), get('a', { ...ALL, revision: 3, countOnly: true }),
  ] },
  { name: 'range: every order, and bounds of revisions', steps: [
    ...FRUIT, ...sorted, ...[2, 4, 5, 6].flatMap((at) => [get('a', { ...ALL, minModRevision: at }), get('a', { ...ALL, maxModRevision: at }), get('a', { ...ALL, minCreateRevision: at }), get('a', { ...ALL, maxCreateRevision: at, limit: 1 }), get('a', { ...ALL, minModRevision: at, limit: 1, countOnly: true }), get('a', { minModRevision: at })]),
    get('a', { ...ALL, sort: { target: 'mod', order: 'none' }, limit: 2 }), get('a', { ...ALL, sort: { target: 'value', order: 'descend' }, limit: 2, keysOnly: true }),
  ] },
  { name: 'put: what was before, and what is kept', steps: [
    put('a', '1'), put('a', '2', { prevKv: true }), put('b', '1', { prevKv: true }), put('a', '', { ignoreValue: true }), get('a'), put('none', '', { ignoreValue: true }), put('a', 'x', { ignoreValue: true }), { type: 'lease-grant', id: 7, ttl: 600 }, put('a', '3', { lease: 7 }), put('a', '4', { ignoreLease: true }), get('a'),
    put('a', '5', { ignoreLease: true, lease: 7 }), put('a', '', { ignoreValue: true, ignoreLease: true, prevKv: true }), put('a', '6'), get('a'), put('none', '1', { ignoreLease: true }), put('a', '1', { lease: 99 }), put('', '1'), get('a', ALL),
  ] },
  { name: 'delete-range: one, many, none', steps: [
    ...FRUIT, drop('none'), drop('a', { prevKv: true }), drop('a'), drop('b', { rangeEnd: 'd', prevKv: true }), drop(''), put('a', '9'), get('a', ALL), drop('', ALL), drop('\0', { ...ALL, prevKv: true }), get('a', ALL), put('a', '1'), get('a'),
  ] },
  { name: 'txn: every compare of one key', steps: [put('a', '1'), put('a', '2'), ...compares, txn([when('', 'mod', 'equal', 0)])] },
  { name: 'txn: compares of ranges', steps: [put('a', '1'), put('b', '4'), put('c', '1'), ...ranged, txn([when('x', 'create', 'equal', 0, { rangeEnd: 'z' })]), txn([when('x', 'value', 'not-equal', '1', { rangeEnd: 'z' })]), txn([when('a', 'version', 'equal', 1, ALL), when('a', 'mod', 'less', 5, ALL)])] },
  { name: 'txn: operations, in order, in one revision', steps: [
    txn([], [put('a', '1'), put('b', '2'), get('a', ALL)]), txn([when('a', 'mod', 'equal', 2)], [put('a', '2', { prevKv: true }), get('a'), drop('b', { prevKv: true }), get('a', ALL)], [get('a')]), txn([when('a', 'mod', 'equal', 2)], [put('a', '9')], [get('a'), get('none')]),
    txn([], [get('a', { revision: 2 }), put('c', '1'), get('a', { ...ALL, countOnly: true })]), txn([], [get('a', { revision: 9 }), put('c', '2')]), txn([], [put('c', '3', { lease: 5 })]), txn([], [put('c', '', { ignoreValue: true }), put('q', '', { ignoreValue: true })]), txn([]), txn([], [drop('none')]), get('a', ALL),
  ] },
  { name: 'txn: within a txn', steps: [
    txn([], [put('a', '1'), txn([when('a', 'version', 'equal', 0)], [put('b', 'was not there'), get('a')], [put('b', 'was there')])]), get('a', ALL),
    txn([when('a', 'version', 'greater', 0)], [txn([when('b', 'value', 'equal', 'x')], [put('c', '1')], [txn([], [put('d', '1'), drop('a', { prevKv: true })])]), get('a', ALL)]), get('a', ALL), txn([], [txn([], [get('b')]), txn([], [], [put('z', '1')])]),
  ] },
  { name: 'txn: keys that are touched twice', steps: [
    txn([], [put('a', '1'), put('a', '2')]), txn([], [put('a', '1'), drop('a')]), txn([], [drop('a', ALL), put('b', '1')]), txn([], [drop('a', { rangeEnd: 'b' }), put('b', '1')]), txn([], [drop('a'), drop('a')]), txn([], [put('a', '1'), txn([], [put('a', '2')])]), txn([], [txn([], [put('x', '1')], [put('x', '2')])]),
    txn([], [txn([], [put('y', '1')]), txn([], [put('y', '2')])]), txn([], [txn([], [drop('y', ALL)]), put('z', '2')]), txn([], [txn([], [drop('y')]), txn([], [put('y', '1')])]), txn([], [put('ok', '1')], [put('ok', '1'), put('ok', '2')]), txn([], [put('', '1')]), txn([], [drop('')]), get('a', ALL),
  ] },
  { name: 'limits: 128 operations and compares, 1.5 MiB', steps: [
    txn([], Array.from({ length: 128 }, (_, i) => put(`k${i}`, '1'))), txn([], Array.from({ length: 129 }, (_, i) => put(`k${i}`, '1'))), txn(Array.from({ length: 129 }, () => when('a', 'mod', 'equal', 0))), txn([], Array.from({ length: 100 }, (_, i) => (i === 0 ? txn([], Array.from({ length: 28 }, (_each, j) => get(`q${j}`))) : get(`k${i}`)))),
    txn([], Array.from({ length: 100 }, (_, i) => (i === 0 ? txn([], Array.from({ length: 29 }, (_each, j) => get(`q${j}`))) : get(`k${i}`)))), put('big', 'x', { repeat: 1_500_000 }), put('big', 'x', { repeat: 1_600_000 }), get('big', { keysOnly: true }), txn([], [put('b1', 'x', { repeat: 800_000 }), put('b2', 'x', { repeat: 800_000 })]),
  ] },
  { name: 'compact: what can still be read', steps: [
    ...FRUIT, compact(0), compact(99), compact(5), get('a', { ...ALL, revision: 4 }), get('a', { ...ALL, revision: 5 }), get('a', { ...ALL, revision: 6 }), compact(5), compact(4), txn([], [get('a', { revision: 3 })]), compact(9), get('a', ALL), get('d', { revision: 9 }), put('d', 'again'), get('d'),
  ] },
  { name: 'leases: grants, keys, revocations', steps: [
    { type: 'lease-grant', id: 3, ttl: 600 }, { type: 'lease-grant', id: 3, ttl: 60 }, { type: 'lease-grant', id: 4, ttl: 1 }, { type: 'lease-grant', id: 5, ttl: 0 }, { type: 'lease-grant', id: 6, ttl: -5 }, { type: 'lease-grant', id: 9, ttl: 9_000_000_001 }, { type: 'lease-leases' },
    put('a', '1', { lease: 3 }), put('b', '1', { lease: 3 }), put('c', '1', { lease: 3 }), put('b', '2'), drop('c'), { type: 'lease-time-to-live', id: 3, keys: true }, { type: 'lease-time-to-live', id: 3 }, { type: 'lease-time-to-live', id: 77 }, put('b', '3', { lease: 3 }), { type: 'lease-revoke', id: 3 }, get('a', ALL), { type: 'lease-revoke', id: 3 }, { type: 'lease-time-to-live', id: 3, keys: true },
  ] },
  { name: 'watch: from a revision, filtered, with what was before', steps: [
    ...FRUIT, txn([], [put('x', '1'), put('y', '1'), drop('a')]), watch('', 0, ALL), watch('a', 0), watch('a', 1), watch('a', 4), watch('a', 1, { ...ALL, filters: ['no-put'] }), watch('a', 1, { ...ALL, filters: ['no-delete'] }), watch('a', 1, { ...ALL, filters: ['no-put', 'no-delete'] }), watch('a', 1, { ...ALL, prevKv: true }), watch('b', 3, { rangeEnd: 'd', prevKv: true }),
    compact(6), watch('a', 3, ALL), watch('a', 4, ALL), watch('a', 5, ALL), watch('a', 6, { ...ALL, prevKv: true }), watch('a', 5, { prevKv: true }),
  ] },
  { name: 'quota: the alarm is raised, stays, and is disarmed', quota: 4_194_304, steps: [
    ...Array.from({ length: 5 }, (_, i) => put(`k${i}`, 'x', { repeat: 1_200_000 })), get('k0', { keysOnly: true }), put('small', '1'), { type: 'alarm', action: 'get' }, drop('k0'), get('small'), txn([], [put('t', '1')]), txn([], [get('k1', { keysOnly: true })]), { type: 'lease-grant', id: 1, ttl: 60 }, { type: 'alarm', action: 'deactivate' }, { type: 'alarm', action: 'get' },
  ] },
  { name: 'watch: streams of several watches, with ids, refusals and cancellations', steps: [
    put('a', '1'), put('a', '2'), put('b', '1'), watches([create('a')]), watches([create('a', { startRevision: 1 })]), watches([create('a', { startRevision: 3 })], { meanwhile: [put('a', '3'), drop('b'), put('c', '1')] }), watches([create('a')], { meanwhile: [put('a', '4'), txn([], [put('a', '5'), put('b', '2')]), put('b', '3')] }),
    watches([create('a'), create('b'), create('a', { rangeEnd: 'c' })], { meanwhile: [put('z', '1')] }), watches([create('a', { watchId: 5 }), create('a', { watchId: 5 })]), watches([create('a'), create('b', { watchId: 1 }), create('c'), create('d')]), watches([create('a', { watchId: 7 }), cancel(7), cancel(8)], { meanwhile: [put('a', '6')] }),
    watches([create('b', { rangeEnd: 'a' })]), watches([create('a', { rangeEnd: 'a' })]), watches([create('', { rangeEnd: 'b' })], { meanwhile: [put('a', '7')] }), watches([create('', ALL)], { meanwhile: [put('q', '1')] }), watches([create('a', { startRevision: -1 })]), watches([create('a', { startRevision: 99 })], { meanwhile: [put('a', '8')] }), watches([create('a', { startRevision: 17 })], { meanwhile: [put('a', '9'), put('a', '10')] }),
    watches([create('a', { ...ALL, filters: ['no-put'], prevKv: true })], { meanwhile: [put('a', '11'), drop('a')] }), watches([create('a', { ...ALL, filters: ['no-delete'], prevKv: true })], { meanwhile: [put('a', '12'), put('a', '13'), drop('a')] }), compact(10), watches([create('a', { ...ALL, startRevision: 9 })]), watches([create('a', { ...ALL, startRevision: 10 })]), watches([create('a', { ...ALL, startRevision: 11, prevKv: true })]),
  ] },
  { name: 'watch: progress that is asked for', steps: [
    put('a', '1'), watches([progress]), watches([create('a'), progress], { meanwhile: [put('a', '2')] }), watches([create('a', { startRevision: 99 }), progress]),
  ] },
  { name: 'watch: progress that is told from time to time', progressMilliseconds: 600, steps: [
    put('a', '1'), watches([create('a', { progressNotify: true })], { wait: 800 }), watches([create('a', { progressNotify: true })], { wait: 800, meanwhile: [put('z', '1')] }), watches([create('a', { progressNotify: true })], { wait: 800, meanwhile: [put('a', '2')] }), watches([create('a')], { wait: 800 }), watches([create('a', { progressNotify: true, startRevision: 99 })], { wait: 800 }),
  ] },
  { name: 'watch: responses in fragments', steps: [
    ...Array.from({ length: 5 }, (_, i) => put(`k${i}`, 'x', { repeat: 600_000 })), watches([create('k', { ...ALL, startRevision: 1, fragment: true })], { wait: 1500 }), watches([create('k', { ...ALL, startRevision: 1 })], { wait: 1500 }), put('k0', 'x', { repeat: 1_400_000 }), watches([create('k', { ...ALL, startRevision: 6, fragment: true, prevKv: true })], { wait: 1500 }),
  ] },
];
