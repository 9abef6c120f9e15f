/** What an edge grants its clients. Durations in milliseconds, sizes in bytes; the names in brackets are those of kube-apiserver 1.36 and of Go's server. */
export interface EdgeLimits {
  /** The line and the headers of a request; more is answered with 431 (MaxHeaderBytes). */
  readonly headerBytes: number;
  /** In which TLS is agreed, and in which the headers of a request arrive (ReadHeaderTimeout). */
  readonly headersTimeout: number;
  /** In which the body of a request arrives (--request-timeout). */
  readonly requestTimeout: number;
  /** How long written bytes may wait for a client that reads nothing of them; then it is cut off. */
  readonly unreadTimeout: number;
  /** How long a connection is kept on which nothing is asked. Go clients keep one for 90 s: the server must not be the one that hangs up. */
  readonly idleTimeout: number;
  readonly connections: number;
  /** Requests at once on one HTTP/2 connection (MaxConcurrentStreams). */
  readonly streams: number;
  /** Requests that the API server works on at once (--max-requests-inflight and --max-mutating-requests-inflight). */
  readonly seats: number;
  /** Requests of one user that may wait for a seat (hand size 6, queue length 50); more are answered with 429. Masters are exempt. */
  readonly waitingOfUser: number;
  /** Requests of all users, masters included, that may wait. */
  readonly waiting: number;
  /** How long a request waits for a seat: a quarter of its time. */
  readonly seatTimeout: number;
  /** All bodies that have arrived in part or whole and are not answered yet; beyond, who has been sending for longest is refused with 429. */
  readonly bodyBytes: number;
  /** What of one watch may wait to be read; what comes then waits in the log of changes, whose place the watch keeps. */
  readonly watchBytes: number;
  /** All answers that are written and not read yet; beyond, who has been reading for longest is cut off. */
  readonly unreadBytes: number;
}

const MIB = 1024 * 1024;

export const DEFAULT_LIMITS: EdgeLimits = {
  headerBytes: MIB,
  headersTimeout: 32_000,
  requestTimeout: 60_000,
  unreadTimeout: 60_000,
  idleTimeout: 120_000,
  connections: 10_000,
  streams: 100,
  seats: 600,
  waitingOfUser: 300,
  waiting: 20_000,
  seatTimeout: 15_000,
  bodyBytes: 256 * MIB,
  watchBytes: MIB / 16,
  unreadBytes: 1024 * MIB,
};
