import type { Duplex } from 'node:stream';
import type { Status } from '../../../api/requests.js';
import { acceptSpdy, type Transport } from './negotiation.js';
import { type ByteChannel, spdyConnection, type SpdyStream } from './spdy-connection.js';
import { acceptWebSocket } from './websocket.js';

/** How a command ended, or why it never began. */
export type CommandStatus = Partial<Status>;

/** The streams of one remote command, however they travel. */
export interface RemoteStreams {
  write(stream: 'stdout' | 'stderr', text: string): void;
  /** Each piece of standard input as it comes, then `undefined` once there is no more of it. */
  onInput(input: (data: Buffer | undefined) => void): void;
  /** Says how the command ended, and closes every stream and the connection. */
  end(status: CommandStatus): void;
}

export interface WantedStreams {
  readonly stdin: boolean;
  readonly stdout: boolean;
  readonly stderr: boolean;
  readonly tty: boolean;
}

/**
 * Of messages (cri-streaming remotecommand/websocket.go). From v4 on the error stream holds a Status as JSON, before that the text of an error; v5 lets a client
 * close its input. In those with `base64` a digit names the stream, and text follows.
 */
export const MESSAGE_PROTOCOLS = ['v5.channel.k8s.io', 'v4.channel.k8s.io', 'v4.base64.channel.k8s.io', 'channel.k8s.io', 'base64.channel.k8s.io', ''];
/** Over SPDY, as kubectl up to 1.30 has it. */
export const STREAM_PROTOCOLS = ['v4.channel.k8s.io'];

/** The first byte of a message names its stream. */
const CHANNELS = { stdout: 1, stderr: 2, error: 3 } as const;
const STDIN = 0;
const DIGIT_ZERO = 0x30;
/** v5: the stream that the next byte names is closed. */
const CLOSE_STREAM = 255;

/** Accepts the connection and gives its streams once all that the client wanted are open. */
export const openRemoteStreams = (socket: Duplex, transport: Transport, wanted: WantedStreams, ready: (streams: RemoteStreams) => void): void => {
  switch (transport.type) {
    case 'websocket':
      return ready(overMessages(socket, transport.key, transport.protocol, wanted));
    case 'tunnel':
    case 'spdy':
      return overStreams(socket, transport, wanted, ready);
  }
};

/** Keeps what comes before somebody asks for it. */
const inputQueue = (): { readonly push: (data: Buffer | undefined) => void; readonly listen: RemoteStreams['onInput'] } => {
  const waiting: (Buffer | undefined)[] = [];
  let listener: ((data: Buffer | undefined) => void) | undefined;
  let over = false;
  return {
    push: (data) => {
      if (over) return;
      over = data === undefined;
      if (listener) listener(data);
      else waiting.push(data);
    },
    listen: (input) => {
      listener = input;
      for (const data of waiting.splice(0)) input(data);
    },
  };
};

const overMessages = (socket: Duplex, key: string, protocol: string, wanted: WantedStreams): RemoteStreams => {
  const input = inputQueue();
  const isText = protocol.includes('base64');
  const websocket = acceptWebSocket(
    socket,
    key,
    protocol,
    (received) => {
      const message = isText ? Buffer.concat([Buffer.of((received[0] ?? 0) - DIGIT_ZERO), Buffer.from(received.toString('latin1', 1), 'base64')]) : received;
      if (message[0] === STDIN) input.push(message.subarray(1));
      else if (message[0] === CLOSE_STREAM && message[1] === STDIN) input.push(undefined);
    },
    () => input.push(undefined),
  );
  const send = (stream: keyof typeof CHANNELS, text: string): void =>
    websocket.send(isText ? `${CHANNELS[stream]}${Buffer.from(text).toString('base64')}` : Buffer.concat([Buffer.of(CHANNELS[stream]), Buffer.from(text)]));
  // Tells the client that the connection stands.
  send(wanted.stdout ? 'stdout' : wanted.stderr ? 'stderr' : 'error', '');
  return {
    write: (stream, text) => {
      if (text !== '') send(stream, text);
    },
    onInput: input.listen,
    end: (status) => {
      if (/^v[45]/.test(protocol)) send('error', JSON.stringify(status));
      else if (status.status !== 'Success') send('error', status.message ?? '');
      websocket.close(1000);
    },
  };
};

const overStreams = (socket: Duplex, transport: Exclude<Transport, { type: 'websocket' }>, wanted: WantedStreams, ready: (streams: RemoteStreams) => void): void => {
  const names = ['error', ...(['stdin', 'stdout', 'stderr'] as const).filter((name) => wanted[name] && !(name === 'stderr' && wanted.tty)), ...(wanted.tty ? ['resize'] : [])];
  const streams = new Map<string, SpdyStream>();
  const input = inputQueue();
  serveSpdy(socket, transport, (channel) =>
    spdyConnection(channel, (stream) => {
      const name = stream.headers.get('streamtype') ?? '';
      if (!names.includes(name) || streams.has(name)) return false;
      streams.set(name, stream);
      if (streams.size < names.length) return true;
      streams.get('stdin')?.listen(
        (data) => input.push(data),
        () => input.push(undefined),
      );
      // The reply to the last stream goes out before anything that is written to it.
      queueMicrotask(() =>
        ready({
          write: (to, text) => streams.get(to)?.write(Buffer.from(text)),
          onInput: input.listen,
          end: (status) => {
            streams.get('error')?.write(Buffer.from(JSON.stringify(status)));
            for (const open of streams.values()) open.end();
            channel.close();
          },
        }),
      );
      return true;
    }),
  );
};

/** Accepts SPDY, on the bare connection or inside of a WebSocket, and feeds what `serve` makes of it. */
export const serveSpdy = (socket: Duplex, transport: Exclude<Transport, { type: 'websocket' }>, serve: (channel: ByteChannel) => { receive(bytes: Buffer): void; ended(): void }): void => {
  if (transport.type === 'spdy') {
    const connection = serve(acceptSpdy(socket, transport.protocol));
    socket.on('data', (bytes: Buffer) => connection.receive(bytes));
    socket.on('close', () => connection.ended());
    return;
  }
  const websocket = acceptWebSocket(
    socket,
    transport.key,
    transport.protocol,
    (bytes) => connection.receive(bytes),
    () => connection.ended(),
  );
  const connection = serve({ send: (bytes) => websocket.send(bytes), close: () => websocket.close(1000) });
};
