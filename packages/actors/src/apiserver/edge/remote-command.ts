import type { IncomingMessage } from 'node:http';
import type { Duplex } from 'node:stream';
import { setTimeout as elapsed } from 'node:timers/promises';
import { isFailure, minutes, named, type Port } from '@naumachia/core';
import type { Pod } from '../../api/generated/types.js';
import type { ContainerExecReply, ContainerExecRequest } from '../../api/kubelet-requests.js';
import { badRequest, internalError } from '../../api/status.js';
import { statusOfFailure } from './exchange.js';
import { containerOf } from './pod-log.js';
import { Refusal } from './request-options.js';
import { negotiate } from './streaming/negotiation.js';
import { type CommandStatus, MESSAGE_PROTOCOLS, openRemoteStreams, type RemoteStreams, STREAM_PROTOCOLS, type WantedStreams } from './streaming/remote-streams.js';

const COMMAND_TIMEOUT = minutes(5);
/** More standard input than this is cut off. */
const MAX_INPUT_BYTES = 16 * 1024 * 1024;
/**
 * Milliseconds between what went wrong, the output and the status, which clients read with a thread each: kubectl cp ends with the archive,
 * and prints of the others what had come by then. A real command takes as long to write and to end.
 */
const APART = 10;

/** Runs a command in a container of a pod (`pods/exec`). What is wrong with the request is refused before the upgrade. */
export const runRemoteCommand = async (port: Port, request: IncomingMessage, socket: Duplex, query: URLSearchParams, pod: Pod): Promise<void> => {
  const container = containerOf(pod, query.get('container') ?? '');
  const command = query.getAll('command');
  const is = (name: string): boolean => ['1', 'true'].includes(query.get(name) ?? '');
  const wanted: WantedStreams = { stdin: is('stdin'), stdout: is('stdout'), stderr: is('stderr'), tty: is('tty') };
  if (command.length === 0) throw new Refusal(badRequest('you must specify at least one command for the container'));
  const transport = negotiate(request, MESSAGE_PROTOCOLS, STREAM_PROTOCOLS);
  const message: ContainerExecRequest = { type: 'containerExec', namespace: pod.metadata.namespace ?? '', pod: pod.metadata.name ?? '', container, command };
  openRemoteStreams(socket, transport, wanted, (streams) => void run(port, pod.spec.nodeName ?? '', message, wanted, streams));
};

/** What the error stream says when all went well. */
export const SUCCESS: CommandStatus = { metadata: {}, status: 'Success' };

const run = async (port: Port, node: string, message: ContainerExecRequest, wanted: WantedStreams, streams: RemoteStreams): Promise<void> => {
  const ask = (request: ContainerExecRequest) => port.request(named<ContainerExecRequest>(`kubelet/${node}`), request, COMMAND_TIMEOUT, 'along');
  // Input is waited for only if the command reads it: most commands are given a terminal's, which does not end.
  let reply = await ask(wanted.stdin ? Object.assign({}, message, { stdin: 'later' }) : message);
  if (!isFailure(reply) && reply.type === 'awaitsInput') reply = await ask(Object.assign({}, message, { stdin: await inputOf(streams) }));
  const { stdout, stderr } = !isFailure(reply) && reply.type === 'containerExec' ? reply : { stdout: '', stderr: '' };
  const texts = {
    stderr: wanted.stderr && !wanted.tty ? stderr : '',
    // A terminal has one output.
    stdout: wanted.stdout ? (wanted.tty ? stdout + stderr : stdout) : '',
  };
  for (const stream of ['stderr', 'stdout'] as const) {
    if (texts[stream] === '') continue;
    streams.write(stream, texts[stream]);
    await elapsed(APART);
  }
  streams.end(isFailure(reply) ? statusOfFailure(reply) : outcome(reply));
};

const inputOf = (streams: RemoteStreams): Promise<Uint8Array> =>
  new Promise((resolve) => {
    const pieces: Buffer[] = [];
    let bytes = 0;
    streams.onInput((data) => {
      if (data === undefined || bytes > MAX_INPUT_BYTES) return resolve(Buffer.concat(pieces));
      bytes += data.length;
      pieces.push(data);
    });
  });

/** What the error stream says at the end of a command (remotecommand of the kubelet). */
const outcome = (reply: ContainerExecReply): CommandStatus => {
  if (reply.type === 'awaitsInput') return internalError('the command waits for input');
  if (reply.type === 'status') return reply.status;
  if (reply.exitCode === 0) return SUCCESS;
  return {
    metadata: {},
    status: 'Failure',
    message: `command terminated with non-zero exit code: exit status ${reply.exitCode}`,
    reason: 'NonZeroExitCode',
    details: { causes: [{ reason: 'ExitCode', message: String(reply.exitCode) }] },
  };
};
