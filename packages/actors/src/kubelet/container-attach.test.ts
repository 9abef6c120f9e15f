import { describe, expect, test } from 'vitest';
import { type ContainerAttachReply, type ContainerAttachRequest, type ContainerExecRequest, kubeletOf } from '../api/kubelet-requests.js';
import { type OneNode, oneNode } from './testing/one-node.js';

const bytes = (text: string): Uint8Array => new TextEncoder().encode(text);

/** A pod with one container that reads its standard input. */
const started = (args: readonly string[], more: object = {}): OneNode => {
  const node = oneNode();
  node.create('box', { restartPolicy: 'Never', containers: [{ name: 'c', image: 'busybox', args, stdin: true, stdinOnce: true, ...more }] });
  node.advance(1);
  return node;
};

const attach = (node: OneNode, more: Partial<ContainerAttachRequest> = {}): ContainerAttachReply =>
  node.sim.ask(kubeletOf('node-1'), { type: 'containerAttach', namespace: 'ns', pod: 'box', container: 'c', ...more }) as ContainerAttachReply;

/** Attaches, sends pieces of input and the end of it, and gives everything that is printed until the container ends. */
const talk = (node: OneNode, ...input: readonly string[]): string => {
  let reply = attach(node);
  for (const piece of [...input, '']) if (reply.type === 'containerAttach') attach(node, { id: reply.id, input: bytes(piece) });
  let said = '';
  while (reply.type === 'containerAttach') {
    said += reply.stdout + reply.stderr;
    if (reply.ended) return said;
    reply = attach(node, { id: reply.id, after: reply.position });
  }
  throw new Error(JSON.stringify(reply));
};

describe('who is attached to a container', () => {
  test('gives its process input, which reads it until there is no more', () => {
    expect(talk(started(['cat']), 'hel', 'lo\nexit\n')).toBe('hello\nexit\n');
    expect(talk(started(['cat']))).toBe('');
    expect(talk(started(['sh', '-c', 'cat; echo done; sleep 1; exit 3']), 'x\n')).toBe('x\ndone\n');
  });

  test('types commands into a shell, which keeps variables and ends with exit', () => {
    expect(talk(started(['sh']), 'A=1; echo "$A"\necho $A', ' more\nexit 4\necho never\n')).toBe('1\n1 more\n');
    expect(talk(started(['sh']), 'echo last')).toBe('last\n');
  });

  test('sees on a terminal what is typed, and ends the input with Ctrl-D', () => {
    expect(talk(started(['cat'], { tty: true }), 'hi\r', '\u0004')).toBe('hi\nhi\n');
  });

  test('is told only what is printed from then on', () => {
    const node = started(['sh', '-c', 'echo before; sleep 5; echo after; echo wrong >&2; sleep 5']);
    expect(talk(node)).toBe('after\nwrong\n');
  });

  test('does not end the input of a process that others may attach to later', () => {
    const node = started(['cat'], { stdinOnce: false });
    const first = attach(node);
    const { id } = first as { id: string };
    attach(node, { id, input: bytes('one\n') });
    attach(node, { id, input: bytes('') });
    node.advance(5);
    expect(attach(node, { id, after: 0 })).toMatchObject({ stdout: 'one\n', ended: false });
    attach(node, { id, input: bytes('two\n') });
    expect(attach(node, { id, after: 1 })).toMatchObject({ stdout: 'two\n', ended: false });
  });

  test('to one that does not run, or is not there, is told so', () => {
    const node = started(['true']);
    node.advance(5);
    const refusal = { type: 'status', status: { code: 400, message: 'container not found ("c")' } };
    expect(attach(node)).toMatchObject(refusal);
    expect(attach(node, { pod: 'nope' })).toMatchObject(refusal);
  });
});

test('a command that is a shell without a script runs the script that it is given', () => {
  const node = started(['sleep', '1000']);
  const exec = (stdin: ContainerExecRequest['stdin']) => node.sim.ask(kubeletOf('node-1'), { type: 'containerExec', namespace: 'ns', pod: 'box', container: 'c', command: ['sh'], ...(stdin !== undefined && { stdin }) });
  expect(exec('later')).toEqual({ type: 'awaitsInput' });
  expect(exec(bytes('echo a\necho b >&2\n'))).toMatchObject({ stdout: 'a\n', stderr: 'b\n', exitCode: 0 });
});

test('a script inside of a script that never ends does not hold up its node', () => {
  const node = started(['sh', '-c', 'sh -c "while true; do true; done"; echo done']);
  node.advance(5);
  expect(node.logs({ pod: 'box' })).toMatchObject({ text: 'done\n' });
});
