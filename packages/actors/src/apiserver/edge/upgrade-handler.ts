import type { IncomingMessage } from 'node:http';
import type { Duplex } from 'node:stream';
import { isFailure, minutes, named, type Port } from '@naumachia/core';
import type { Pod } from '../../api/generated/types.js';
import type { ContainerExecReply, ContainerExecRequest } from '../../api/kubelet-requests.js';
import type { ApiRequest, Status, UserInfo } from '../../api/requests.js';
import { badRequest, internalError, notFound, pathNotFound } from '../../api/status.js';
import { isStatus, type TokenTable } from './authentication.js';
import { authorize } from './authorization.js';
import { statusOfFailure } from './exchange.js';
import { containerOf } from './pod-log.js';
import { notYetSupported } from './refusals.js';
import { attributesOf, isKnownGroup, userOf } from './request-handler.js';
import { Refusal } from './request-options.js';
import { parseResourcePath, parseTarget } from './request-path.js';
import { routeOf, type ResourceRoute } from './resource-route.js';
import { acceptWebSocket } from './websocket.js';

const API_SERVER = named<ApiRequest>('apiserver');

/** Remote commands over WebSockets: the first byte of a message names its stream. */
const PROTOCOLS = ['v5.channel.k8s.io', 'v4.channel.k8s.io'];
const STDOUT = 1;
const STDERR = 2;
const ERROR = 3;
const COMMAND_TIMEOUT = minutes(5);

/** Answers a request that wants another protocol than HTTP: a command in a container. What cannot be done is refused before the upgrade. */
export const answerUpgrade = async (port: Port, tokens: TokenTable, request: IncomingMessage, socket: Duplex): Promise<void> => {
  socket.on('error', () => {});
  try {
    await runCommand(port, tokens, request, socket);
  } catch (error) {
    refuse(socket, error instanceof Refusal ? error.status : internalError('the server could not complete the request'));
  }
};

const runCommand = async (port: Port, tokens: TokenTable, request: IncomingMessage, socket: Duplex): Promise<void> => {
  const target = parseTarget(request.url ?? '/');
  const path = target && parseResourcePath(target.path);
  if (target === undefined || path === undefined || !isKnownGroup(path)) throw new Refusal(pathNotFound());
  const user = userOf(request, tokens);
  if (isStatus(user)) throw new Refusal(user);
  const method = request.method ?? 'GET';
  const refused = authorize(user, attributesOf(method, target.path, path, target.query));
  if (refused !== undefined) throw new Refusal(refused);
  const route = routeOf(method, path);
  if (!('verb' in route)) throw new Refusal(route);
  const what = `${route.resource.resource}/${route.subresource?.name ?? ''}`;
  const offered = (request.headers['sec-websocket-protocol'] ?? '').split(',').map((protocol) => protocol.trim());
  const protocol = PROTOCOLS.find((one) => offered.includes(one));
  const key = request.headers['sec-websocket-key'];
  if (what !== 'pods/exec') throw new Refusal(notYetSupported(what));
  if (key === undefined || protocol === undefined) throw new Refusal(badRequest(`unable to upgrade: only the WebSocket protocols ${PROTOCOLS.join(', ')} are supported`));

  const pod = await podOf(port, user, route);
  const container = containerOf(pod, target.query.get('container') ?? '');
  const node = pod.spec.nodeName ?? '';
  if (node === '') throw new Refusal(badRequest(`pod ${route.name} does not have a host assigned`));
  const websocket = acceptWebSocket(socket, key, protocol, () => {});
  const command = target.query.getAll('command');
  const reply = await port.request(named<ContainerExecRequest>(`kubelet/${node}`), { type: 'containerExec', namespace: route.namespace, pod: route.name, container, command }, COMMAND_TIMEOUT);
  const send = (stream: number, text: string): void => {
    if (text !== '') websocket.send(Buffer.concat([Buffer.of(stream), Buffer.from(text)]));
  };
  if (!isFailure(reply) && reply.type === 'containerExec') {
    send(STDOUT, reply.stdout);
    send(STDERR, reply.stderr);
  }
  send(ERROR, JSON.stringify(isFailure(reply) ? statusOfFailure(reply) : outcome(reply)));
  websocket.close(1000);
};

const podOf = async (port: Port, user: UserInfo, { namespace, name }: ResourceRoute): Promise<Pod> => {
  const answer = await port.request(API_SERVER, { type: 'get', user, resource: 'pods', namespace, name });
  if (isFailure(answer)) throw new Refusal(statusOfFailure(answer));
  if (answer.type === 'status') throw new Refusal(answer.status);
  if (answer.type !== 'object') throw new Refusal(notFound('pods', name));
  return answer.object.value as unknown as Pod;
};

/** What the error stream says at the end of a command (remotecommand of the kubelet). */
const outcome = (reply: ContainerExecReply): unknown => {
  if (reply.type === 'status') return reply.status;
  if (reply.exitCode === 0) return { metadata: {}, status: 'Success' };
  return {
    metadata: {},
    status: 'Failure',
    message: `command terminated with non-zero exit code: exit status ${reply.exitCode}`,
    reason: 'NonZeroExitCode',
    details: { causes: [{ reason: 'ExitCode', message: String(reply.exitCode) }] },
  };
};

const refuse = (socket: Duplex, status: Status): void => {
  if (!socket.writable) return;
  const body = Buffer.from(`${JSON.stringify(status)}\n`);
  const head = `HTTP/1.1 ${status.code ?? 500} ${status.reason ?? 'Error'}\r\nContent-Type: application/json\r\nContent-Length: ${body.length}\r\nConnection: close\r\n\r\n`;
  socket.end(Buffer.concat([Buffer.from(head), body]));
};
