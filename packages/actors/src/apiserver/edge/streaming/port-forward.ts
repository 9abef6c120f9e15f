import { isFailure, named, type Port } from '@naumachia/core';
import type { PodPortRequest } from '../../../api/kubelet-requests.js';
import { type ByteChannel, spdyConnection, type SpdyConnection, type SpdyStream } from './spdy-connection.js';

export const PORT_FORWARD_PROTOCOL = 'portforward.k8s.io';

export interface PodPlace {
  readonly node: string;
  readonly namespace: string;
  readonly pod: string;
}

interface Pair {
  data: SpdyStream | undefined;
  error: SpdyStream | undefined;
}

/**
 * Port forwarding as a kubelet's streaming server does it (cri-streaming portforward/httpstream.go): each connection of the client is a
 * pair of streams, one for data and one for an error text, that belong together by their request id.
 */
export const portForwardConnection = (port: Port, place: PodPlace, channel: ByteChannel): SpdyConnection => {
  const pairs = new Map<string, Pair>();
  return spdyConnection(channel, (stream) => {
    const number = portOf(stream);
    const type = stream.headers.get('streamtype');
    if (number === undefined || (type !== 'data' && type !== 'error')) return false;
    const id = stream.headers.get('requestid') ?? String(type === 'error' ? stream.id : stream.id - 2);
    const pair = pairs.get(id) ?? { data: undefined, error: undefined };
    if (pair[type] !== undefined) return false;
    pair[type] = stream;
    pairs.set(id, pair);
    if (pair.data && pair.error) {
      pairs.delete(id);
      forward(port, place, number, pair.data, pair.error);
    }
    return true;
  });
};

const portOf = ({ headers }: SpdyStream): number | undefined => {
  const text = headers.get('port') ?? '';
  const number = Number(text);
  return /^\d+$/.test(text) && number > 0 && number <= 65_535 ? number : undefined;
};

/** Carries bytes between one client and the program in the pod. */
const forward = (port: Port, { node, namespace, pod }: PodPlace, number: number, data: SpdyStream, error: SpdyStream): void => {
  let received: Buffer = Buffer.alloc(0);
  let over = false;
  let clientDone = false;
  let carrying = false;
  const end = (message = ''): void => {
    if (over) return;
    over = true;
    error.write(Buffer.from(message));
    error.end();
    data.end();
  };
  const carry = async (): Promise<void> => {
    carrying = true;
    for (let left = -1; !over && left !== received.length; ) {
      left = received.length;
      const reply = await port.request(named<PodPortRequest>(`kubelet/${node}`), { type: 'podPort', namespace, pod, port: number, received });
      if (isFailure(reply)) end(`error forwarding port ${number} to pod ${pod}, uid : the kubelet of node ${node} does not answer`);
      else if (reply.type === 'refused') end(`error forwarding port ${number} to pod ${reply.sandbox}, uid : ${reply.error}`);
      else {
        data.write(reply.answer);
        received = received.subarray(reply.consumed);
        if (reply.close) end();
      }
    }
    carrying = false;
    if (clientDone) end();
  };
  data.listen(
    (bytes) => {
      if (over) return;
      received = Buffer.concat([received, bytes]);
      if (!carrying) void carry();
    },
    () => {
      clientDone = true;
      if (!carrying) end();
    },
  );
  // Asks whether anybody listens before the client says anything.
  if (!carrying) void carry();
};
