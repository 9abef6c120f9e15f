import { type Address, named, type Request } from '@naumachia/core';
import type { Status } from './requests.js';

/** What the API server asks a node for, at `kubelet/NODE`. */
export type KubeletRequest = ContainerLogsRequest | RunningPodsRequest | ContainerExecRequest | ContainerAttachRequest | PodPortRequest;

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
  /** Standard input; `later`: there will be one, and a command that reads it is not run but answered with `awaitsInput`. Missing: it is empty. */
  readonly stdin?: 'later' | Uint8Array;
}

export type ContainerExecReply =
  | { readonly type: 'containerExec'; readonly stdout: string; readonly stderr: string; readonly exitCode: number }
  | { readonly type: 'awaitsInput' }
  | { readonly type: 'status'; readonly status: Status };

/**
 * Attaches to the main process of a container. The first request, without `after`, is answered at once and says where its output is by now; with
 * `after` and the `id` of that answer it asks for what was printed since, and waits for it as one who follows a log does.
 */
export interface ContainerAttachRequest extends Request<ContainerAttachReply> {
  readonly type: 'containerAttach';
  readonly namespace: string;
  readonly pod: string;
  readonly container: string;
  readonly id?: string;
  readonly after?: number;
  /** Standard input for the process; such a request is answered at once. Empty: there is no more from this client. */
  readonly input?: Uint8Array;
}

export type ContainerAttachReply =
  | {
      readonly type: 'containerAttach';
      readonly id: string;
      readonly position: number;
      readonly stdout: string;
      readonly stderr: string;
      /** The process has ended. */
      readonly ended: boolean;
    }
  | { readonly type: 'status'; readonly status: Status };

/**
 * Carries what a client has sent to a port of a pod to the program that listens there. Programs keep nothing of a connection: what they
 * did not consume comes again, with what has followed. An empty request asks whether anybody listens.
 */
export interface PodPortRequest extends Request<PodPortReply> {
  readonly type: 'podPort';
  readonly namespace: string;
  readonly pod: string;
  readonly port: number;
  readonly received: Uint8Array;
}

export type PodPortReply =
  | {
      readonly type: 'podPort';
      /** So many bytes of `received` are answered. */
      readonly consumed: number;
      readonly answer: Uint8Array;
      /** The program hangs up after this answer. */
      readonly close: boolean;
    }
  /** Nobody listens, or the pod does not run: the text of the container runtime. */
  | { readonly type: 'refused'; readonly sandbox: string; readonly error: string };
