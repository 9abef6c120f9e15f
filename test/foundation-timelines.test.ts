import { guardFoundation } from './foundation-guard.js';

guardFoundation({ set: 'timelines', lines: 26, cases: 26, limitMs: 15 * 60_000 });
