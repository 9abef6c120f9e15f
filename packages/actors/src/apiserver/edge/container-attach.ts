import type { IncomingMessage } from 'node:http';
import type { Duplex } from 'node:stream';
import { isFailure, minutes, type Port } from '@naumachia/core';
import type { Pod } from '../../api/generated/types.js';
import { kubeletOf, type ContainerAttachRequest } from '../../api/kubelet-requests.js';
import { badRequest } from '../../api/status.js';
import { drained, statusOfFailure } from './exchange.js';
import { containerOf } from './pod-log.js';
import { SUCCESS } from './remote-command.js';
import { Refusal } from './request-options.js';
import { negotiate } from './streaming/negotiation.js';
import { MESSAGE_PROTOCOLS, openRemoteStreams, type RemoteStreams, STREAM_PROTOCOLS, type WantedStreams } from './streaming/remote-streams.js';

/** Longer than a kubelet waits for something to show. */
const ANSWER_WITHIN = minutes(1);
/** What a client that does not read may have waiting. */
const MOST_UNREAD = 256 * 1024;
const NOTHING = new Uint8Array();

/** Connects a client with the main process of a container (`pods/attach`). What is wrong with the request is refused before the upgrade. */
export const attachToContainer = async (port: Port, request: IncomingMessage, socket: Duplex, query: URLSearchParams, pod: Pod): Promise<void> => {
  const container = containerOf(pod, query.get('container') ?? '');
  const is = (name: string): boolean => ['1', 'true'].includes(query.get(name) ?? '');
  const wanted: WantedStreams = { stdin: is('stdin'), stdout: is('stdout'), stderr: is('stderr'), tty: is('tty') };
  if (!wanted.stdin && !wanted.stdout && !wanted.stderr) throw new Refusal(badRequest('you must specify at least one of stdin, stdout, stderr'));
  const transport = negotiate(request, MESSAGE_PROTOCOLS, STREAM_PROTOCOLS);
  const message: ContainerAttachRequest = { type: 'containerAttach', namespace: pod.metadata.namespace ?? '', pod: pod.metadata.name ?? '', container };
  openRemoteStreams(socket, transport, wanted, (streams) => void attach(port, pod.spec.nodeName ?? '', message, wanted, streams, socket));
};

const attach = async (port: Port, node: string, message: ContainerAttachRequest, wanted: WantedStreams, streams: RemoteStreams, socket: Duplex): Promise<void> => {
  const ask = (more: Partial<ContainerAttachRequest>) => port.request(kubeletOf(node), Object.assign({}, message, more), ANSWER_WITHIN, 'along');
  // A terminal ends its lines with a carriage return, too.
  const show = (text: string): string => (wanted.tty ? text.replaceAll('\n', '\r\n') : text);
  let reply = await ask({});
  let isListening = false;
  while (!socket.destroyed) {
    if (isFailure(reply)) return streams.end(statusOfFailure(reply));
    if (reply.type === 'status') return streams.end(reply.status);
    const { id, position, stdout, stderr, ended } = reply;
    if (wanted.stdout) streams.write('stdout', show(wanted.tty ? stdout + stderr : stdout));
    if (wanted.stderr && !wanted.tty) streams.write('stderr', stderr);
    if (ended) return streams.end(SUCCESS);
    // Requests to one actor arrive in order, so each piece need not wait for the one before.
    if (wanted.stdin && !isListening) streams.onInput((data) => void ask({ id, input: data ?? NOTHING }));
    isListening = true;
    if (socket.writableLength > MOST_UNREAD) await drained(socket);
    reply = await ask({ id, after: position });
  }
};
