import { CANCEL, dataFrame, pingFrame, readSpdyFrame, REFUSED_STREAM, rstStreamFrame, type SpdyFrame, synReplyFrame } from './spdy-frames.js';
import { emptyHeaders, headerReader, type SpdyHeaders } from './spdy-headers.js';

/** A stream that the client has opened. What arrives before `listen` is kept for it. */
export interface SpdyStream {
  readonly id: number;
  readonly headers: SpdyHeaders;
  write(data: Uint8Array): void;
  /** Says that nothing more will be written. */
  end(): void;
  /** Gives the stream up in both directions. */
  reset(): void;
  listen(received: (data: Buffer) => void, ended: () => void): void;
}

/** The way on which frames travel: a socket, or the messages of a WebSocket. */
export interface ByteChannel {
  send(bytes: Uint8Array): void;
  close(): void;
}

export interface SpdyConnection {
  /** Takes in what the channel brought. */
  receive(bytes: Buffer): void;
  /** The channel is gone: every stream has ended. */
  ended(): void;
}

interface OpenStream extends SpdyStream {
  readonly arrived: (data: Buffer) => void;
  readonly finished: () => void;
}

/** As many streams as one client may hold open, and what may wait until somebody listens. */
const MAX_STREAMS = 200;
const MAX_WAITING_BYTES = 1024 * 1024;

/**
 * The server's side of one SPDY/3.1 connection. `opened` gets each new stream and says whether it is accepted. As in moby/spdystream, which
 * Kubernetes uses, there is no flow control but that of the channel.
 */
export const spdyConnection = (channel: ByteChannel, opened: (stream: SpdyStream) => boolean): SpdyConnection => {
  const streams = new Map<number, OpenStream>();
  const reader = headerReader();
  let buffered = Buffer.alloc(0);
  let replies = 0;
  let closed = false;
  let working = false;

  const close = (): void => {
    if (closed) return;
    closed = true;
    reader.close();
    for (const stream of streams.values()) stream.finished();
    streams.clear();
    channel.close();
  };
  const send = (frame: Buffer): void => {
    if (!closed) channel.send(frame);
  };

  const handle = async (frame: SpdyFrame): Promise<void> => {
    switch (frame.type) {
      case 'syn-stream': {
        // Also the headers of a refused stream are a part of the compressed whole.
        const headers = await reader.read(frame.headers);
        if (closed) return;
        const stream = openStream(frame.stream, headers, send, () => streams.delete(frame.stream));
        if (streams.has(frame.stream) || streams.size >= MAX_STREAMS || !opened(stream)) return send(rstStreamFrame(frame.stream, REFUSED_STREAM));
        streams.set(frame.stream, stream);
        send(synReplyFrame(frame.stream, emptyHeaders(replies++ === 0)));
        if (frame.last) stream.finished();
        return;
      }
      case 'data': {
        const stream = streams.get(frame.stream);
        if (frame.data.length > 0) stream?.arrived(frame.data);
        if (frame.last) stream?.finished();
        return;
      }
      case 'rst-stream':
        streams.get(frame.stream)?.finished();
        streams.delete(frame.stream);
        return;
      case 'ping':
        return send(pingFrame(frame.id));
      case 'goaway':
        return close();
      case 'ignored':
    }
  };

  const work = async (): Promise<void> => {
    working = true;
    try {
      while (!closed) {
        const read = readSpdyFrame(buffered);
        if (read === 'incomplete') break;
        if (read === 'refused') return close();
        buffered = buffered.subarray(read.length);
        await handle(read.frame);
      }
    } catch {
      close();
    } finally {
      working = false;
    }
  };

  return {
    receive: (bytes) => {
      if (closed) return;
      buffered = buffered.length === 0 ? Buffer.from(bytes) : Buffer.concat([buffered, bytes]);
      if (!working) void work();
    },
    ended: close,
  };
};

const openStream = (id: number, headers: SpdyHeaders, send: (frame: Buffer) => void, forget: () => void): OpenStream => {
  let listener: { readonly received: (data: Buffer) => void; readonly ended: () => void } | undefined;
  let waiting: Buffer[] = [];
  let waits = 0;
  let ended = false;
  let finished = false;
  return {
    id,
    headers,
    write: (data) => {
      if (!ended && data.length > 0) send(dataFrame(id, data, false));
    },
    end: () => {
      if (!ended) send(dataFrame(id, new Uint8Array(), true));
      ended = true;
    },
    reset: () => {
      if (!ended) send(rstStreamFrame(id, CANCEL));
      ended = true;
      forget();
    },
    listen: (received, end) => {
      listener = { received, ended: end };
      for (const data of waiting) received(data);
      waiting = [];
      if (finished) end();
    },
    arrived: (data) => {
      if (listener) return listener.received(data);
      waits += data.length;
      if (waits <= MAX_WAITING_BYTES) waiting.push(data);
    },
    finished: () => {
      if (finished) return;
      finished = true;
      listener?.ended();
    },
  };
};
