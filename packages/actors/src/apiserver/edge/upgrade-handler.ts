import type { IncomingMessage } from 'node:http';
import type { Duplex } from 'node:stream';
import { isFailure, named, type Port } from '@naumachia/core';
import type { Pod } from '../../api/generated/types.js';
import type { ApiRequest, Status, UserInfo } from '../../api/requests.js';
import { badRequest, internalError, notFound, pathNotFound } from '../../api/status.js';
import { isStatus } from './authentication.js';
import { authorize } from './authorization.js';
import { attachToContainer } from './container-attach.js';
import { statusOfFailure } from './exchange.js';
import { countUpgrade } from './metrics.js';
import { notYetSupported } from './refusals.js';
import { attributesOf, isKnownGroup, userOf } from './request-handler.js';
import { requestLabels } from './request-labels.js';
import { Refusal } from './request-options.js';
import { parseResourcePath, parseTarget } from './request-path.js';
import { routeOf, type ResourceRoute } from './resource-route.js';
import type { Serving } from './serving.js';
import { negotiate } from './streaming/negotiation.js';
import { PORT_FORWARD_PROTOCOL, portForwardConnection } from './streaming/port-forward.js';
import { serveSpdy } from './streaming/remote-streams.js';
import { runRemoteCommand } from './remote-command.js';

const API_SERVER = named<ApiRequest>('apiserver');

/** Answers a request that wants another protocol than HTTP: a command in a container, or its ports. What cannot be done is refused before the upgrade. */
export const answerUpgrade = async (port: Port, serving: Serving, request: IncomingMessage, socket: Duplex, head: Buffer): Promise<void> => {
  const began = performance.now();
  const target = parseTarget(request.url ?? '/');
  const count = (code: number): void => countUpgrade(serving.metrics, requestLabels(request, target?.path ?? '', target?.query ?? new URLSearchParams()), code, socket, began);
  socket.on('error', () => {});
  // What a hasty client sent together with its request.
  if (head.length > 0) socket.unshift(head);
  try {
    await upgrade(port, serving, request, socket);
    count(101);
  } catch (error) {
    const status = error instanceof Refusal ? error.status : internalError('the server could not complete the request');
    count(status.code ?? 500);
    refuse(socket, status);
  }
};

const upgrade = async (port: Port, serving: Serving, request: IncomingMessage, socket: Duplex): Promise<void> => {
  const target = parseTarget(request.url ?? '/');
  const path = target && parseResourcePath(target.path);
  if (target === undefined || path === undefined || !isKnownGroup(path)) throw new Refusal(pathNotFound());
  const method = request.method ?? 'GET';
  const attributes = attributesOf(method, target.path, path, target.query);
  const user = await userOf(port, request, serving.identities, attributes);
  if (isStatus(user)) throw new Refusal(user);
  const refused = authorize(user, attributes);
  if (refused !== undefined) throw new Refusal(refused);
  const route = routeOf(method, path);
  if (!('verb' in route)) throw new Refusal(route);
  const what = `${route.resource.resource}/${route.subresource?.name ?? ''}`;
  switch (what) {
    case 'pods/exec':
      return runRemoteCommand(port, request, socket, target.query, await podOf(port, user, route));
    case 'pods/attach':
      return attachToContainer(port, request, socket, target.query, await podOf(port, user, route));
    case 'pods/portforward': {
      const { metadata, spec } = await podOf(port, user, route);
      const transport = negotiate(request, [], [PORT_FORWARD_PROTOCOL]);
      if (transport.type === 'websocket') throw new Refusal(notYetSupported(what));
      return serveSpdy(socket, transport, (channel) => portForwardConnection(port, { node: spec.nodeName ?? '', namespace: metadata.namespace ?? '', pod: metadata.name ?? '' }, channel));
    }
    default:
      throw new Refusal(notYetSupported(what));
  }
};

/** The pod, which runs on some node. */
const podOf = async (port: Port, user: UserInfo, { namespace, name }: ResourceRoute): Promise<Pod> => {
  const answer = await port.request(API_SERVER, { type: 'get', user, resource: 'pods', namespace, name });
  if (isFailure(answer)) throw new Refusal(statusOfFailure(answer));
  if (answer.type === 'status') throw new Refusal(answer.status);
  if (answer.type !== 'object') throw new Refusal(notFound('pods', name));
  const pod = answer.object.value as unknown as Pod;
  if ((pod.spec.nodeName ?? '') === '') throw new Refusal(badRequest(`pod ${name} does not have a host assigned`));
  return pod;
};

const refuse = (socket: Duplex, status: Status): void => {
  if (!socket.writable) return;
  const body = Buffer.from(`${JSON.stringify(status)}\n`);
  const head = `HTTP/1.1 ${status.code ?? 500} ${status.reason ?? 'Error'}\r\nContent-Type: application/json\r\nContent-Length: ${body.length}\r\nConnection: close\r\n\r\n`;
  socket.end(Buffer.concat([Buffer.from(head), body]));
};
