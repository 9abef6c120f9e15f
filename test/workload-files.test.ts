import { spawn } from 'node:child_process';
import { cpSync, existsSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { DataItems, WorkloadReport } from '@naumachia/bench';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';

const COMMAND = fileURLToPath(new URL('../packages/cli/bin/naumachia.js', import.meta.url));
const EXAMPLE = fileURLToPath(new URL('../examples/workloads/performance-config.yaml', import.meta.url));
const MINUTES = 120_000;

let folder: string;
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'naumachia-workloads-'));
});
afterAll(() => rmSync(folder, { recursive: true, force: true }));

interface Ended {
  readonly code: number | null;
  readonly out: string;
  readonly err: string;
}

const bench = async (...args: readonly string[]): Promise<Ended> => benchUntil(undefined, undefined, args);

/** Ctrl-C comes when `ready` has been printed, and what is waited for with what it has found. */
const benchUntil = async (ready: RegExp | undefined, wait: ((found: string) => Promise<void>) | undefined, args: readonly string[]): Promise<Ended> => {
  const child = spawn(process.execPath, [COMMAND, 'bench', '--duration', '100s', ...args]);
  const seen = { out: '', err: '' };
  let isWaiting = false;
  child.stdout.on('data', (chunk: Buffer) => (seen.out += String(chunk)));
  child.stderr.on('data', (chunk: Buffer) => {
    seen.err += String(chunk);
    const found = ready?.exec(seen.err)?.[1];
    if (isWaiting || found === undefined) return;
    isWaiting = true;
    void wait?.(found).finally(() => child.kill('SIGINT'));
  });
  return new Promise((resolve) => child.on('close', (code) => resolve({ code, ...seen })));
};

/** Until the scheduler has bound a pod, as its metrics tell. */
const scheduledSome = async (url: string): Promise<void> => {
  for (const until = Date.now() + 60_000; Date.now() < until; ) {
    if (/^scheduler_schedule_attempts_total\{.*result="scheduled".*\} [1-9]/m.test(await (await fetch(url)).text())) return;
    await new Promise((resolve) => void setTimeout(resolve, 100));
  }
};

const workload = async (name: string, ...more: readonly string[]): Promise<{ readonly ended: Ended; readonly report: WorkloadReport }> => {
  const ended = await bench('--workload-file', EXAMPLE, '--workload', name, '-o', 'json', ...more);
  if (ended.out === '') throw new Error(ended.err);
  return { ended, report: JSON.parse(ended.out) as WorkloadReport };
};
const figure = (report: WorkloadReport, name: string): number | undefined => report.figures.find((each) => each.name === name)?.value;

/** The example with a line of its own changed. */
const changed = (name: string, from: string, to: string): string => {
  const copy = join(folder, name);
  cpSync(dirname(EXAMPLE), copy, { recursive: true });
  const path = join(copy, 'performance-config.yaml');
  const text = readFileSync(path, 'utf8');
  if (!text.includes(from)) throw new Error(`the example has no "${from}"`);
  writeFileSync(path, text.replace(from, to));
  return path;
};

describe('naumachia bench --workload-file', () => {
  it('lists the workloads, and what each that cannot run needs', async () => {
    const { code, out } = await bench('--workload-file', EXAMPLE);
    expect(code).toBe(0);
    expect(out).toMatch(/^FillCluster\/20Nodes +1 +performance,short +yes$/m);
    expect(out).toMatch(/^Apart\/5Nodes +- +short +needs scheduler plugin InterPodAffinity$/m);
    expect(out).toContain(`5 of 6 workloads of ${EXAMPLE} can run`);
  });

  it('lists those with the labels that are asked for, as JSON too', async () => {
    const { out } = await bench('--workload-file', EXAMPLE, '--label', 'performance,-short', '-o', 'json');
    expect(JSON.parse(out)).toEqual([{ name: 'FillCluster/5000Nodes', labels: ['performance'], runnable: true, missing: [], threshold: 500 }]);
  });

  it('runs a workload, keeps its thresholds, and writes what perf-dash reads', async () => {
    const reports = join(folder, 'reports');
    const { ended, report } = await workload('FillCluster/20Nodes', '--report', reports, '--threshold', 'scheduling-throughput.average > 1');
    expect(ended.code, ended.err).toBe(0);
    expect(report).toMatchObject({ outcome: 'complete', run: { title: 'FillCluster/20Nodes', nodes: 20, pods: 200 }, thresholds: [{ threshold: 'SchedulingThroughput Average > 1', verdict: 'kept' }, { verdict: 'kept' }] });
    expect(figure(report, 'pods.scheduled')).toBe(200);
    expect(figure(report, 'scheduling-throughput.p99')).toBeGreaterThan(1);
    expect(ended.err).toMatch(/1 of 2: createNodes/);
    const [file = ''] = readdirSync(reports).filter((name) => /^BenchmarkPerfScheduling_benchmark_workloads_[\dT:Z-]+\.json$/.test(name));
    const { version, dataItems } = JSON.parse(readFileSync(join(reports, file), 'utf8')) as DataItems;
    expect(version).toBe('v1');
    expect(dataItems.map(({ labels, unit }) => [labels['Metric'], labels['Name'], unit])).toEqual([
      ['SchedulingThroughput', 'FillCluster/20Nodes/namespace-1', 'pods/s'],
      ['scheduler_scheduling_attempt_duration_seconds', 'FillCluster/20Nodes/namespace-1', 'ms'],
      ['heap_memory_usage', 'FillCluster/20Nodes/namespace-1', 'MB'],
      ['memory_growth_rate', 'FillCluster/20Nodes/namespace-1', 'MB/min'],
      ['SchedulingDuration', 'FillCluster/20Nodes/namespace-1', 's'],
    ]);
    expect(Object.keys(dataItems[0]?.data ?? {})).toEqual(['Average', 'Perc50', 'Perc90', 'Perc95', 'Perc99']);
    expect(existsSync(join(reports, 'report.html'))).toBe(true);
  }, MINUTES);

  it('waits at barriers for pods that have no room yet, updates, churns, deletes and sleeps', async () => {
    const { ended, report } = await workload('RoomForAll/4Nodes');
    expect(ended.code, ended.err).toBe(0);
    // Each pod was refused once, and bound when its node had grown; the collection is about them alone.
    expect(figure(report, 'scheduling-cycle.unschedulable')).toBeGreaterThanOrEqual(8);
    expect(figure(report, 'pods.scheduled')).toBe(8);
    expect(report.dataItems[0]).toMatchObject({ labels: { Name: 'RoomForAll/4Nodes/waiting', Metric: 'SchedulingThroughput' } });
    expect(figure(report, 'api.delete.pods.count')).toBe(8);
    expect(figure(report, 'api.update.nodes.count')).toBe(4);
    expect(figure(report, 'api.update.nodes/status.count')).toBe(4);
    expect(figure(report, 'api.delete.configmaps.count')).toBeGreaterThan(0);
  }, MINUTES);

  it('prepares nodes, and makes sets of pods in namespaces of their own', async () => {
    const { ended, report } = await workload('Zones/10Nodes');
    expect(ended.code, ended.err).toBe(0);
    expect(figure(report, 'api.patch.nodes.count')).toBe(10);
    expect(figure(report, 'pods.scheduled')).toBe(28);
  }, MINUTES);

  it('keeps a steady state: pods are deleted once all of them are scheduled, and created again', async () => {
    const { ended, report } = await workload('SteadyState/5Nodes');
    expect(ended.code, ended.err).toBe(0);
    expect(figure(report, 'pods.scheduled')).toBeGreaterThan(10);
    expect(figure(report, 'scheduling-throughput.duration')).toBeGreaterThanOrEqual(1.5);
  }, MINUTES);

  it('starts nothing that needs what is not built', async () => {
    const { code, out, err } = await bench('--workload-file', EXAMPLE, '--workload', 'FillCluster/20Nodes', '--workload', 'Apart');
    expect(code).toBe(1);
    expect(out).toBe('');
    expect(err).toBe('error: Apart/5Nodes needs what is not built: scheduler plugin InterPodAffinity\nerror: a workload of 2 cannot run; nothing was started\n');
  });

  it('ends with 99 where a threshold of the file is crossed', async () => {
    const file = changed('crossed', 'threshold: 1\n', 'threshold: 1000000\n');
    const { code, out } = await bench('--workload-file', file, '--workload', 'FillCluster/20Nodes');
    expect(code).toBe(99);
    expect(out).toMatch(/^CROSSED SchedulingThroughput Average > 1000000 \([\d,.]+ pods\/s\)$/m);
  }, MINUTES);

  it('answers /metrics while it runs, and leaves what it has measured when Ctrl-C ends it', async () => {
    const file = changed('interrupted', 'duration: 1500ms', 'duration: 80s');
    const { code, out, err } = await benchUntil(/metrics at (http:\S+)/, scheduledSome, ['--workload-file', file, '--workload', 'SteadyState', '--metrics-port', '0', '-o', 'json']);
    expect(code, err).toBe(130);
    const report = JSON.parse(out) as WorkloadReport;
    expect(report.outcome).toBe('interrupted');
    expect(figure(report, 'pods.scheduled')).toBeGreaterThan(0);
    expect(figure(report, 'scheduling-throughput.average')).toBeGreaterThan(0);
  }, MINUTES);

  it('refuses a wrong file with file, line and field', async () => {
    const file = changed('wrong', 'countParam: $podsPerNamespace', 'countParam: $podsPerNamespaces');
    const { code, err } = await bench('--workload-file', file, '--workload', 'FillCluster/20Nodes');
    expect(code).toBe(1);
    expect(err).toContain(`error: ${file}:41: [1].workloadTemplate[2].createPodsOp.countParam: the workload Zones/10Nodes has no parameter "podsPerNamespaces"\n`);
    expect(err).toContain('nothing was started');
  });

  it('says what other flags have to do with it', async () => {
    expect(await bench('--workload-file', EXAMPLE, '--nodes', '5')).toMatchObject({ code: 2, err: expect.stringContaining('--nodes and --workload-file exclude each other') as string });
    expect(await bench('--workload', 'FillCluster')).toMatchObject({ code: 2, err: expect.stringContaining('--workload needs --workload-file') as string });
    expect(await bench('--workload-file', EXAMPLE, '--workload', 'Fill')).toMatchObject({ code: 2, err: expect.stringContaining('its test cases are FillCluster, Zones, RoomForAll, SteadyState, Apart') as string });
  });
});
