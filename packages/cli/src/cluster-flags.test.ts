import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { describedCluster, nodeCount } from './cluster-flags.js';
import { EXIT } from './exit-codes.js';

const DEFAULTS = { nodes: 3, latency: 'recorded' } as const;
let folder: string;
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'naumachia-flags-'));
});
afterAll(() => rmSync(folder, { recursive: true, force: true }));

const file = (text: string): string => {
  const path = join(folder, 'cluster.yaml');
  writeFileSync(path, text);
  return path;
};

describe('the cluster that flags describe', () => {
  it('has the defaults of the command where nothing is said', async () => {
    expect(await describedCluster({}, DEFAULTS)).toEqual({ mode: 'packed', seed: 1, controllers: 'all', latency: 'recorded', nodes: 3 });
  });

  it('is that of the cluster file, of which flags change what they say', async () => {
    const config = file('name: shop\nmode: packed\nhosts: 2\nseed: 7\nlatency: none\nnodes: 5\n');
    expect(await describedCluster({ config }, DEFAULTS)).toEqual({ name: 'shop', mode: 'packed', hosts: 2, seed: 7, controllers: 'all', latency: 'none', nodes: 5 });
    expect(await describedCluster({ config, nodes: 9, seed: 8, name: 'other' }, DEFAULTS)).toMatchObject({ name: 'other', nodes: 9, seed: 8, hosts: 2 });
  });

  it('has no plain nodes by default beside groups of nodes', async () => {
    const config = file('nodeGroups: [{ name: web, count: 4 }]\n');
    expect(nodeCount(await describedCluster({ config }, DEFAULTS))).toBe(4);
    expect(nodeCount(await describedCluster({ config, nodes: 2 }, DEFAULTS))).toBe(6);
  });

  it('does not have the threads of the file in another mode', async () => {
    const config = file('hosts: 2\n');
    expect(await describedCluster({ config, mode: 'simulated' }, DEFAULTS)).not.toHaveProperty('hosts');
    expect(await describedCluster({ config, mode: 'packed' }, DEFAULTS)).toHaveProperty('hosts', 2);
  });

  it('is refused with all that is wrong with the file, as wrong usage', async () => {
    await expect(describedCluster({ config: file('nodes: x\nseed: y\n') }, DEFAULTS)).rejects.toMatchObject({ message: expect.stringMatching(/cluster\.yaml:1: nodes: .*\nerror: .*cluster\.yaml:2: seed: /) as unknown, exitCode: EXIT.usage });
    await expect(describedCluster({ config: join(folder, 'nowhere.yaml') }, DEFAULTS)).rejects.toMatchObject({ message: expect.stringContaining('nowhere.yaml: ENOENT. Check the path given with --config.') as unknown, exitCode: EXIT.usage });
  });
});
