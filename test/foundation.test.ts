import { guardFoundation } from './foundation-guard.js';

const MINUTE = 60_000;

guardFoundation({ set: 'api', lines: 336, cases: 336, limitMs: 15 * MINUTE });
guardFoundation({ set: 'kubelet', lines: 15, cases: 15, limitMs: 5 * MINUTE });
guardFoundation({ set: 'scheduler', lines: 8, cases: 480, limitMs: 5 * MINUTE });
guardFoundation({ set: 'kube-proxy', lines: 7, cases: 57, limitMs: 5 * MINUTE });
