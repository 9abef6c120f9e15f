import type { Duplex } from 'node:stream';
import { acceptSpdy, type Transport } from './negotiation.js';
import { type ByteChannel, spdyConnection, type SpdyStream } from './spdy-connection.js';
import { acceptWebSocket } from './websocket.js';

/** The streams of one remote command, however they travel (remotecommand v4 and v5). */
export interface RemoteStreams {
  write(stream: 'stdout' | 'stderr' | 'error', text: string): void;
  /** Each piece of standard input as it comes, then `undefined` once there is no more of it. */
  onInput(input: (data: Buffer | undefined) => void): void;
  /** Ends every stream and the connection. */
  close(): void;
}

export interface WantedStreams {
  readonly stdin: boolean;
  readonly stdout: boolean;
  readonly stderr: boolean;
  readonly tty: boolean;
}

/** The first byte of a message names its stream. */
const CHANNELS = { stdout: 1, stderr: 2, error: 3 } as const;
const STDIN = 0;
/** v5: the stream that the next byte names is closed. */
const CLOSE_STREAM = 255;

/** Accepts the connection and gives its streams once all that the client wanted are open. */
export const openRemoteStreams = (socket: Duplex, transport: Transport, wanted: WantedStreams, ready: (streams: RemoteStreams) => void): void => {
  switch (transport.type) {
    case 'websocket':
      return ready(overMessages(socket, transport.key, transport.protocol));
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

const overMessages = (socket: Duplex, key: string, protocol: string): RemoteStreams => {
  const input = inputQueue();
  const websocket = acceptWebSocket(
    socket,
    key,
    protocol,
    (message) => {
      if (message[0] === STDIN) input.push(message.subarray(1));
      else if (message[0] === CLOSE_STREAM && message[1] === STDIN) input.push(undefined);
    },
    () => input.push(undefined),
  );
  return {
    write: (stream, text) => {
      if (text !== '') websocket.send(Buffer.concat([Buffer.of(CHANNELS[stream]), Buffer.from(text)]));
    },
    onInput: input.listen,
    close: () => websocket.close(1000),
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
          close: () => {
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
