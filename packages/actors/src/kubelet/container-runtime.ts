import type { Instant, Random } from '@naumachia/core';
import type { ContainerInput } from './container-input.js';
import type { ContainerLog } from './container-log.js';
import type { Image, RegistryAnswer } from './image-registry.js';
import type { Process } from './process.js';
import type { HostsEntries } from './hosts-file.js';

/** When something happens, and the chance that it draws from. */
export interface Moment {
  readonly now: Instant;
  readonly random: Random;
}

/** A pod's sandbox (pause container and network) with its containers, oldest attempt first; plain data. */
export interface PodSandbox {
  readonly podUid: string;
  readonly id: string;
  /** Empty for pods in the host's network. */
  readonly ip: string;
  readonly hostname: string;
  readonly hosts: HostsEntries | undefined;
  ready: boolean;
  /** The state that the kubelet's relist saw last. */
  seen: 'nothing' | 'ready' | 'stopped';
  readonly containers: RuntimeContainer[];
  /** The files of its volumes by volume and path in it; a volume without files may be missing. */
  volumes: Record<string, Record<string, string>> | undefined;
}

export interface RuntimeContainer {
  readonly id: string;
  readonly name: string;
  /** How often this container had been created before. */
  readonly attempt: number;
  readonly image: Image;
  readonly createdAt: Instant;
  state: 'created' | 'running' | 'exited';
  seen: 'nothing' | 'running' | 'exited';
  startedAt: Instant | undefined;
  finishedAt: Instant | undefined;
  exitCode: number;
  /** `Completed`, `Error`, `StartError`, ... as containerd says. */
  reason: string;
  /** The termination message, or why it could not start. */
  message: string;
  /** What the container was made with; dropped where a server only waits. */
  config: ContainerConfig | undefined;
  process: Process | undefined;
  files: Record<string, string> | undefined;
  log: ContainerLog | undefined;
  /** What its standard input holds; `undefined`: it has none. */
  input: ContainerInput | undefined;
  /** When a process that was told to stop is killed. */
  killAt: Instant | undefined;
  stopping: boolean;
}

/** A volume of the sandbox at a place of the container's file system. */
export interface ContainerMount {
  readonly volume: string;
  /** Without a slash at its end. */
  readonly path: string;
  /** The part of the volume that is mounted; empty for all of it. */
  readonly subPath: string;
  readonly readOnly: boolean;
}

export interface ContainerConfig {
  readonly command: readonly string[];
  readonly args: readonly string[];
  readonly environment: Readonly<Record<string, string>>;
  readonly mounts: readonly ContainerMount[];
  readonly workingDirectory: string;
  readonly terminationMessagePath: string;
  readonly messageFromLog: boolean;
  /** Nothing may be written but into volumes and devices. */
  readonly readOnlyRoot: boolean;
  /** Missing: no standard input. `once`: it ends with the first client that was attached to it. */
  readonly stdin?: { readonly once: boolean; readonly tty: boolean };
}

/** An image pull under way: pulls of one node run one after another (serializeImagePulls). */
export interface ImagePull {
  readonly askedAt: Instant;
  readonly startedAt: Instant;
  readonly doneAt: Instant;
  readonly answer: RegistryAnswer;
}

/**
 * What a kubelet needs of a container runtime: the calls of the CRI (runtime/v1), over plain state of type `S` that the runtime
 * owns. Calls that take time answer when they will be done; the kubelet comes back then.
 */
export interface ContainerRuntime<S> {
  runPodSandbox(runtime: S, pod: { readonly uid: string; readonly hostname: string; readonly hostNetwork: boolean; readonly hosts: HostsEntries | undefined }, moment: Moment): PodSandbox;
  /** Kills what still runs in it and gives back its address. */
  stopPodSandbox(runtime: S, sandbox: PodSandbox, now: Instant): void;
  removePodSandbox(runtime: S, podUid: string): void;
  podSandbox(runtime: S, podUid: string): PodSandbox | undefined;
  /** A pod shows an address from before the node started: it is not to be given to another. */
  passOver(runtime: S, address: string): void;
  imageStatus(runtime: S, name: string): Image | undefined;
  pullImage(runtime: S, name: string, now: Instant): ImagePull;
  /** A pull is done: the image is on the node. */
  keepImage(runtime: S, image: Image): void;
  createContainer(runtime: S, sandbox: PodSandbox, container: { readonly name: string; readonly attempt: number; readonly image: Image; readonly config: ContainerConfig }, moment: Moment): RuntimeContainer;
  /** An error text if it cannot be started. */
  startContainer(runtime: S, sandbox: PodSandbox, container: RuntimeContainer, now: Instant): string | undefined;
  /** SIGTERM now, SIGKILL after `graceSeconds`. */
  stopContainer(runtime: S, sandbox: PodSandbox, container: RuntimeContainer, graceSeconds: number, now: Instant): void;
  /** Runs the processes of a sandbox up to `now`. */
  advance(runtime: S, sandbox: PodSandbox, now: Instant): void;
  /** When a process of the sandbox does something next. */
  nextChange(runtime: S, sandbox: PodSandbox): Instant | undefined;
}
