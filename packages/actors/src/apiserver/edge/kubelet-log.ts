import { isFailure, seconds, type Port } from '@naumachia/core';
import type { Pod } from '../../api/generated/types.js';
import { kubeletOf, type ContainerLogsRequest } from '../../api/kubelet-requests.js';
import { drained, isGone, sendStatus, statusOfFailure, type Exchange } from './exchange.js';
import type { LogOptions } from './pod-log.js';

/** Longer than a kubelet waits for the next line of a log that is followed. */
const ANSWER_WITHIN = seconds(60);

/** Asks the kubelet of a node for the log of a container and passes it on; a followed log until the container ends or the client goes. */
export const streamContainerLog = async (port: Port, exchange: Exchange, pod: Pod, node: string, container: string, options: LogOptions): Promise<void> => {
  const { response } = exchange;
  const { previous, timestamps, tailLines, sinceSeconds, sinceTime, limitBytes } = options;
  const request: ContainerLogsRequest = {
    type: 'containerLogs',
    namespace: pod.metadata.namespace ?? '',
    pod: pod.metadata.name ?? '',
    container,
    previous,
    timestamps,
    ...(tailLines !== undefined && { tailLines }),
    ...(sinceSeconds !== undefined && { sinceSeconds }),
    ...(sinceTime !== undefined && { sinceTime }),
    ...(limitBytes !== undefined && { limitBytes }),
  };
  let left = limitBytes ?? Number.POSITIVE_INFINITY;
  let after: number | undefined;
  while (!isGone(response)) {
    const reply = await port.request(kubeletOf(node), after === undefined ? request : Object.assign({}, request, { after }), ANSWER_WITHIN, options.follow ? 'along' : 'ahead');
    if (isFailure(reply) || reply.type === 'status') {
      if (response.headersSent) break;
      return sendStatus(exchange, isFailure(reply) ? statusOfFailure(reply) : reply.status);
    }
    if (!response.headersSent) {
      response.writeHead(200, { 'content-type': 'text/plain' });
      response.flushHeaders();
    }
    const bytes = Buffer.from(reply.text);
    const sent = bytes.subarray(0, Math.min(bytes.length, left));
    left -= sent.length;
    if (sent.length > 0 && !response.write(sent)) await drained(response);
    after = reply.position;
    if (!options.follow || reply.ended || left <= 0) break;
  }
  response.end();
};
