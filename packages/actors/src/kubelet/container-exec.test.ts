import { describe, expect, test } from 'vitest';
import { type ContainerExecReply, type ContainerExecRequest, kubeletOf } from '../api/kubelet-requests.js';
import { readArchive, writeArchive } from './tar-archive.js';
import { type OneNode, oneNode, server, shell } from './testing/one-node.js';

const bytes = (text: string): Uint8Array => new TextEncoder().encode(text);

const execute = (node: OneNode, command: readonly string[], stdin?: ContainerExecRequest['stdin'], pod = 'box'): ContainerExecReply =>
  node.sim.ask(kubeletOf('node-1'), { type: 'containerExec', namespace: 'ns', pod, container: 'c', command, ...(stdin !== undefined && { stdin }) }) as ContainerExecReply;

const box = (): OneNode => {
  const node = oneNode();
  node.create('box', shell('sleep 1000'));
  node.advance(1);
  return node;
};

const done = (stdout: string, stderr = '', exitCode = 0): ContainerExecReply => ({ type: 'containerExec', stdout, stderr, exitCode });

describe('a command that is run in a container', () => {
  test('gives output, errors and exit code', () => {
    expect(execute(box(), ['sh', '-c', 'echo out; echo err >&2; exit 7'])).toEqual(done('out\n', 'err\n', 7));
  });

  test('is not run before the input that it reads is there, and then once', () => {
    const node = box();
    const command = ['sh', '-c', 'echo x >> /tmp/count; cat; cat /tmp/count'];
    expect(execute(node, command, 'later')).toEqual({ type: 'awaitsInput' });
    expect(execute(node, command, bytes('typed text\n'))).toEqual(done('typed text\nx\n'));
  });

  test('is run at once if it reads no input, though there will be some', () => {
    expect(execute(box(), ['echo', 'hello'], 'later')).toEqual(done('hello\n'));
  });

  test('unpacks and packs files, as kubectl cp asks for it', () => {
    const node = box();
    const archive = writeArchive([{ path: 'remote.txt', text: 'content\n' }]);
    expect(execute(node, ['tar', '-xmf', '-', '-C', '/tmp'], bytes(archive))).toEqual(done(''));
    expect(execute(node, ['cat', '/tmp/remote.txt'])).toEqual(done('content\n'));
    const packed = execute(node, ['tar', 'cf', '-', '/tmp/remote.txt']);
    expect(packed.type === 'containerExec' && readArchive(bytes(packed.stdout))).toEqual([{ path: 'tmp/remote.txt', text: 'content\n' }]);
    expect(execute(node, ['tar', 'cf', '-', '/tmp/nope'])).toMatchObject({ stderr: 'tar: tmp/nope: No such file or directory\ntar: error exit delayed from previous errors\n', exitCode: 1 });
  });

  test('that does not exist, or whose container does not run, is an error of the runtime', () => {
    const node = box();
    expect(execute(node, ['nope'])).toMatchObject({ type: 'status', status: { code: 500, message: expect.stringContaining('exec: "nope": executable file not found in $PATH') } });
    expect(execute(node, ['ls'], undefined, 'other')).toMatchObject({ type: 'status', status: { code: 400, message: 'container not found ("c")' } });
  });
});

test('a port of a pod is answered by the program that listens there, and refused elsewhere', () => {
  const node = oneNode();
  node.create('web', server);
  node.advance(1);
  const ask = (port: number) => node.sim.ask(kubeletOf('node-1'), { type: 'podPort', namespace: 'ns', pod: 'web', port, received: bytes('GET / HTTP/1.1\r\n\r\n') }) as { type: string; answer?: Uint8Array; error?: string };
  expect(new TextDecoder().decode(ask(80).answer)).toMatch(/\r\n\r\nhello from web\n$/);
  expect(ask(81)).toMatchObject({ type: 'refused', error: expect.stringContaining('dial tcp4 127.0.0.1:81: connect: connection refused') });
  node.remove('web');
  node.advance(1);
  expect(ask(80)).toMatchObject({ type: 'refused' });
});
