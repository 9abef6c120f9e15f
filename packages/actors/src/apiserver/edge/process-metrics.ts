import { readdirSync, readFileSync } from 'node:fs';
import { counter, type Family, gauge } from '../../machinery/metrics/metric.js';

// prometheus/client_golang/prometheus/process_collector.go
const cpu = counter({ name: 'process_cpu_seconds_total', help: 'CPU time of the process and its threads, in user and system.' });
const resident = gauge({ name: 'process_resident_memory_bytes', help: 'Memory that the process holds.' });
const virtual = gauge({ name: 'process_virtual_memory_bytes', help: 'Address space of the process.' });
const start = gauge({ name: 'process_start_time_seconds', help: 'When the process started, since the epoch.' });
const openFiles = gauge({ name: 'process_open_fds', help: 'Open file descriptors.' });
const mostFiles = gauge({ name: 'process_max_fds', help: 'How many file descriptors may be open.' });

const PAGE_BYTES = 4096;

/** What the whole process uses, whatever number of clusters it runs. What only Linux tells is left out elsewhere. */
export const processMetrics = (): Family[] => {
  const { user, system } = process.cpuUsage();
  const known: (readonly [Family['metric'], number | undefined])[] = [
    [cpu, (user + system) / 1e6],
    [resident, process.memoryUsage.rss()],
    [virtual, pages()],
    [start, Date.now() / 1000 - process.uptime()],
    [openFiles, entries('/proc/self/fd')],
    [mostFiles, limit()],
  ];
  return known.flatMap(([metric, value]) => (value === undefined ? [] : [{ metric, samples: [{ labels: [], value }] } as Family]));
};

const pages = (): number | undefined => {
  const [whole] = text('/proc/self/statm')?.split(' ') ?? [];
  return whole === undefined ? undefined : Number(whole) * PAGE_BYTES;
};

const limit = (): number | undefined => {
  const most = /^Max open files\s+(\d+)/m.exec(text('/proc/self/limits') ?? '')?.[1];
  return most === undefined ? undefined : Number(most);
};

const text = (file: string): string | undefined => {
  try {
    return readFileSync(file, 'utf8');
  } catch {
    return undefined;
  }
};

const entries = (folder: string): number | undefined => {
  try {
    return readdirSync(folder).length;
  } catch {
    return undefined;
  }
};
