import { describe, expect, test } from 'vitest';
import { kubeletOf } from '../api/kubelet-requests.js';
import { FOLLOW_WAIT } from './kubelet.js';
import { oneNode, server, shell } from './testing/one-node.js';

const refusal = (message: string): object => ({ type: 'status', status: { reason: 'BadRequest', code: 400, message } });

describe('the log of a container', () => {
  test('can be read whole, from its end, cut and with times', () => {
    const node = oneNode();
    node.create('talk', shell('echo one; echo two; echo three; sleep 600'));
    node.advance(1);
    expect(node.logs({ pod: 'talk' })).toMatchObject({ text: 'one\ntwo\nthree\n', ended: false });
    expect(node.logs({ pod: 'talk', tailLines: 1 })).toMatchObject({ text: 'three\n' });
    expect(node.logs({ pod: 'talk', tailLines: 0 })).toMatchObject({ text: '' });
    expect(node.logs({ pod: 'talk', limitBytes: 5 })).toMatchObject({ text: 'one\nt' });
    expect(node.logs({ pod: 'talk', sinceSeconds: 3600 })).toMatchObject({ text: 'one\ntwo\nthree\n' });
    expect(node.logs({ pod: 'talk', sinceTime: '2030-01-01T00:00:00Z' })).toMatchObject({ text: '' });
    expect(node.logs({ pod: 'talk', timestamps: true, tailLines: 1 })).toMatchObject({ text: expect.stringMatching(/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{9}Z three\n$/) });
  });

  test('of the container before is kept', () => {
    const node = oneNode();
    node.create('again', shell('echo again; exit 1'));
    node.advance(2);
    expect(node.logs({ pod: 'again', previous: true })).toMatchObject({ text: 'again\n', ended: true });
  });

  test('is refused in the words of a kubelet where there is none', () => {
    const node = oneNode();
    node.create('web', server);
    node.create('broken', { containers: [{ name: 'c', image: 'nginx:doesnotexist' }] });
    node.advance(2);
    expect(node.logs({ pod: 'broken' })).toMatchObject(refusal('container "c" in pod "broken" is waiting to start: image can\'t be pulled'));
    node.advance(18);
    expect(node.logs({ pod: 'web', previous: true })).toMatchObject(refusal('previous terminated container "c" in pod "web" not found'));
    expect(node.logs({ pod: 'broken' })).toMatchObject(refusal('container "c" in pod "broken" is waiting to start: trying and failing to pull image'));
    expect(node.logs({ pod: 'web', container: 'nope' })).toMatchObject(refusal('container "nope" in pod "web" is not available'));
  });

  test('can be followed until the container ends', () => {
    const node = oneNode();
    node.create('slow', shell('echo one; sleep 2; echo two', { restartPolicy: 'Never' }));
    node.advance(1);
    const first = node.logs({ pod: 'slow', after: 0 });
    expect(first).toMatchObject({ text: 'one\n', position: 1, ended: false });
    const before = node.sim.now;
    const second = node.logs({ pod: 'slow', after: 1 });
    expect(second).toMatchObject({ text: 'two\n', position: 2 });
    expect(node.sim.now - before).toBeGreaterThan(500);
    expect(node.logs({ pod: 'slow', after: 2 })).toMatchObject({ text: '', ended: true });
  });

  test('answers somebody who follows it after a while although nothing came', () => {
    const node = oneNode();
    node.create('web', server);
    node.advance(1);
    const before = node.sim.now;
    expect(node.logs({ pod: 'web', after: 0 })).toMatchObject({ text: '', ended: false });
    expect(node.sim.now - before).toBeGreaterThanOrEqual(FOLLOW_WAIT);
  });

  test('does not grow without bound', () => {
    const node = oneNode();
    node.create('chatty', shell('while true; do echo line; done'));
    node.advance(60);
    const [sandbox] = node.state().runtime.sandboxes.values();
    expect(sandbox?.containers[0]?.log?.lines.length).toBeLessThanOrEqual(4_000);
    expect(sandbox?.containers[0]?.log?.dropped).toBeGreaterThan(0);
  });
});

test('a command can be executed in a container', () => {
  const node = oneNode();
  node.create('web', server);
  node.advance(1);
  const exec = (...command: string[]): object => node.sim.ask(kubeletOf('node-1'), { type: 'containerExec', namespace: 'ns', pod: 'web', container: 'c', command });
  expect(exec('hostname')).toMatchObject({ stdout: 'web\n', exitCode: 0 });
  expect(exec('sh', '-c', 'echo a; exit 3')).toMatchObject({ stdout: 'a\n', exitCode: 3 });
  expect(exec('cat', '/nothing')).toMatchObject({ stderr: "cat: can't open '/nothing': No such file or directory\n", exitCode: 1 });
  expect(exec('no-such-thing')).toMatchObject({ type: 'status' });
});
