import type { Port } from './port.js';
import type { HostReport } from './runtime/control.js';

/**
 * Something at the edge of a host that lives with sockets and promises, such as the HTTPS edge of an API server. The catalog names
 * how to open it; it meets the actors through a port alone.
 */
export interface Service<Info = unknown> {
  /** Plain data for whoever opened it (a URL, a certificate). */
  readonly info: Info;
  close(): Promise<void>;
}

/** What a service may learn of the run that it is part of. */
export interface RunView {
  /** What all hosts report that can say something now. */
  reports(): Promise<readonly HostReport[]>;
}

export type OpenService<Options = never, Info = unknown> = (port: Port, options: Options, run: RunView) => Promise<Service<Info>>;
