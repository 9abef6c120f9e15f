import type { HostReport } from '@naumachia/core';
import { afterEach, expect, it } from 'vitest';
import { parseExposition, valueAt } from '../../../actors/src/machinery/metrics/testing/parse.js';
import { type MetricsServer, serveMetrics } from './metrics-server.js';

const host = (name: string, observed: unknown): HostReport => ({ host: name, actors: 0, heapBytes: 0, cpuSeconds: 0, loopDelay: { p99: 0, max: 0 }, observed });
const depth = (value: number): object => ({ metrics: [{ metric: { name: 'workqueue_depth', type: 'gauge', help: 'x', stability: 'BETA', labels: ['name'] }, samples: [{ labels: ['deployment'], value }] }] });

let server: MetricsServer | undefined;
afterEach(async () => server?.close());

it('serves what all hosts have counted together, and what the process uses, and nothing else', async () => {
  server = await serveMetrics(0, async () => [host('main', undefined), host('host-0', depth(2)), host('host-1', depth(3))]);
  expect(server.url).toMatch(/^http:\/\/127\.0\.0\.1:\d+\/metrics$/);
  const response = await fetch(server.url);
  expect(response.headers.get('content-type')).toBe('text/plain; version=0.0.4; charset=utf-8');
  const scraped = parseExposition(await response.text());
  expect(valueAt(scraped, 'workqueue_depth', { name: 'deployment' })).toBe(5);
  expect(scraped.get('process_cpu_seconds_total')?.type).toBe('counter');
  expect(valueAt(scraped, 'process_resident_memory_bytes')).toBeGreaterThan(1e6);
  expect(valueAt(scraped, 'process_start_time_seconds')).toBeCloseTo(Date.now() / 1000 - process.uptime(), -1);
  expect((await fetch(server.url.replace('/metrics', '/'))).status).toBe(404);
});

it('says 503 while hosts cannot report, and refuses a port that is taken', async () => {
  server = await serveMetrics(0, () => Promise.reject(new Error('the cluster was stopped')));
  const response = await fetch(server.url);
  expect([response.status, await response.text()]).toEqual([503, 'the cluster was stopped\n']);
  await expect(serveMetrics(Number(new URL(server.url).port), async () => [])).rejects.toMatchObject({ code: 'EADDRINUSE' });
});
