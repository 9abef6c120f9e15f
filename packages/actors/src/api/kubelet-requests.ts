import { type Address, named, type Request } from '@naumachia/core';
import type { Status } from './requests.js';

/** What the API server asks a node for, at `kubelet/NODE`. */
export type KubeletRequest = ContainerLogsRequest | RunningPodsRequest | ContainerExecRequest;

export const kubeletOf = (node: string): Address<KubeletRequest> => named<KubeletRequest>(`kubelet/${node}`);

/** `GET /containerLogs/NAMESPACE/POD/CONTAINER` of a kubelet, with PodLogOptions. */
export interface ContainerLogsRequest extends Request<ContainerLogsReply> {
  readonly type: 'containerLogs';
  readonly namespace: string;
  readonly pod: string;
  readonly container: string;
  /** The container before the last restart. */
  readonly previous?: boolean;
  readonly tailLines?: number;
  /** Seconds before now. */
  readonly sinceSeconds?: number;
  /** RFC 3339. */
  readonly sinceTime?: string;
  readonly limitBytes?: number;
  readonly timestamps?: boolean;
  /**
   * Follows: only what was printed after the `position` of a former reply. A reply waits until there is something, at most
   * `FOLLOW_WAIT`; it is asked again until `ended`.
   */
  readonly after?: number;
}

export type ContainerLogsReply =
  | {
      readonly type: 'containerLogs';
      /** Whole lines as they are to be shown, each with its newline; `limitBytes` may cut the last one. */
      readonly text: string;
      readonly position: number;
      /** The container prints no more. */
      readonly ended: boolean;
    }
  /** The text that a kubelet answers, as the API server passes it on: a BadRequest. */
  | { readonly type: 'status'; readonly status: Status };

/** The pods that a node runs, by `namespace/name`. */
export interface RunningPodsRequest extends Request<RunningPodsReply> {
  readonly type: 'runningPods';
}

export interface RunningPodsReply {
  readonly type: 'runningPods';
  readonly pods: readonly { readonly namespace: string; readonly name: string; readonly uid: string; readonly containers: readonly string[] }[];
}

/** Runs a command in a container and waits for its end; it can do what the emulated programs can, and cannot sleep. */
export interface ContainerExecRequest extends Request<ContainerExecReply> {
  readonly type: 'containerExec';
  readonly namespace: string;
  readonly pod: string;
  readonly container: string;
  readonly command: readonly string[];
}

export type ContainerExecReply =
  | { readonly type: 'containerExec'; readonly stdout: string; readonly stderr: string; readonly exitCode: number }
  | { readonly type: 'status'; readonly status: Status };
