import { type Instant, later, milliseconds, type Random, seconds } from '@naumachia/core';
import type { CommandContext } from './commands.js';
import { hostsFile } from './hosts-file.js';
import { containerFiles, mountPoints, readContainerFile, removeContainerFile, writeContainerFile } from './container-files.js';
import { takeInput, takeLine } from './container-input.js';
import { appendOutput, emptyLog } from './container-log.js';
import type { ContainerConfig, ContainerRuntime, PodSandbox, RuntimeContainer } from './container-runtime.js';
import { askRegistry, hex64, type Image } from './image-registry.js';
import type { LatencyProfile } from './latency-profile.js';
import { handlesSigterm, runProcess, startProcess } from './process.js';

/** The plain state of a node's emulated runtime. It is small for a node that runs nothing. */
export interface EmulatedRuntime {
  /** The first three octets of its pods' addresses. */
  readonly subnet: string;
  /** How the ids of its sandboxes and containers end. */
  readonly idTail: string;
  readonly profile: LatencyProfile;
  readonly sandboxes: Map<string, PodSandbox>;
  images: readonly Image[];
  /** One bit per host number of the subnet. */
  readonly addresses: number[];
  lastAddress: number;
  /** When the pulls that were asked for are done. */
  pullsUntil: Instant | undefined;
}

export const emulatedRuntime = (subnet: string, profile: LatencyProfile, images: readonly Image[]): EmulatedRuntime => ({
  subnet,
  idTail: hex64(subnet).slice(16),
  profile,
  sandboxes: new Map(),
  images,
  addresses: [],
  lastAddress: 1,
  pullsUntil: undefined,
});

const FIRST_ADDRESS = 2;
const LAST_ADDRESS = 254;

/** The next free host number after the last one given, so that an address is not given again at once. */
const takeAddress = (runtime: EmulatedRuntime): string => {
  const { addresses } = runtime;
  for (let tried = FIRST_ADDRESS; tried <= LAST_ADDRESS; tried++) {
    const host = runtime.lastAddress >= LAST_ADDRESS ? FIRST_ADDRESS : runtime.lastAddress + 1;
    runtime.lastAddress = host;
    const word = host >> 5;
    const bit = 1 << (host & 31);
    if (((addresses[word] ?? 0) & bit) === 0) {
      while (addresses.length <= word) addresses.push(0);
      addresses[word] = (addresses[word] ?? 0) | bit;
      return `${runtime.subnet}.${host}`;
    }
  }
  throw new Error(`no free pod address in ${runtime.subnet}.0/24`);
};

const hostOf = (address: string): number => Number(address.slice(address.lastIndexOf('.') + 1));

const giveAddressBack = (runtime: EmulatedRuntime, address: string): void => {
  const host = hostOf(address);
  const word = host >> 5;
  runtime.addresses[word] = (runtime.addresses[word] ?? 0) & ~(1 << (host & 31));
};

/** The one runtime there is so far: nothing runs but small scripts, everything else waits as a server does. */
export const EMULATED_RUNTIME: ContainerRuntime<EmulatedRuntime> = {
  runPodSandbox: (runtime, pod, { random }) => {
    const sandbox: PodSandbox = {
      podUid: pod.uid,
      id: newId(runtime, random),
      ip: pod.hostNetwork ? '' : takeAddress(runtime),
      hostname: pod.hostname,
      hosts: pod.hosts,
      ready: true,
      seen: 'nothing',
      containers: [],
      volumes: undefined,
    };
    runtime.sandboxes.set(pod.uid, sandbox);
    return sandbox;
  },

  stopPodSandbox: (runtime, sandbox, now) => {
    for (const container of sandbox.containers) if (container.state === 'running') exit(container, 137, now);
    if (sandbox.ready && sandbox.ip !== '') giveAddressBack(runtime, sandbox.ip);
    sandbox.ready = false;
  },

  removePodSandbox: (runtime, podUid) => {
    runtime.sandboxes.delete(podUid);
  },

  podSandbox: (runtime, podUid) => runtime.sandboxes.get(podUid),

  // As the CNI plugin host-local, which keeps the last address it gave on the node's disk.
  passOver: (runtime, address) => {
    if (address.startsWith(`${runtime.subnet}.`)) runtime.lastAddress = Math.max(runtime.lastAddress, hostOf(address));
  },

  imageStatus: (runtime, name) => {
    for (const image of runtime.images) if (image.name === name) return image;
    return undefined;
  },

  pullImage: (runtime, name, now) => {
    const answer = askRegistry(name);
    const startedAt = runtime.pullsUntil !== undefined && runtime.pullsUntil > now ? runtime.pullsUntil : now;
    const doneAt = later(startedAt, milliseconds((answer.found ? answer.image.sizeBytes : 2_000_000) / runtime.profile.pullBandwidth));
    runtime.pullsUntil = doneAt;
    return { askedAt: now, startedAt, doneAt, answer };
  },

  keepImage: (runtime, image) => {
    // A new array for a new set, as nodes that hold the same first image may share it.
    if (!runtime.images.includes(image)) runtime.images = [...runtime.images, image];
  },

  createContainer: (runtime, sandbox, { name, attempt, image, config }, { now, random }) => {
    const container: RuntimeContainer = {
      id: newId(runtime, random),
      name,
      attempt,
      image,
      createdAt: now,
      state: 'created',
      seen: 'nothing',
      startedAt: undefined,
      finishedAt: undefined,
      exitCode: 0,
      reason: '',
      message: '',
      config,
      process: undefined,
      files: undefined,
      log: undefined,
      input: undefined,
      killAt: undefined,
      stopping: false,
    };
    sandbox.containers.push(container);
    return container;
  },

  startContainer: (_runtime, sandbox, container, now) => {
    const { config } = container;
    const outcome = startProcess(container.image.program, config?.command ?? [], config?.args ?? [], now, config?.stdin !== undefined);
    if (config?.stdin !== undefined) container.input = { text: '', ended: false };
    if ('error' in outcome) {
      container.state = 'exited';
      container.exitCode = 128;
      container.reason = 'StartError';
      container.message = outcome.error;
      container.finishedAt = now;
      return outcome.error;
    }
    container.state = 'running';
    container.startedAt = now;
    container.process = outcome.process;
    if (outcome.process.script !== undefined) run(sandbox, container, now);
    // A server needs none of it, and neither do commands in it that find neither variables nor volumes.
    else if (config !== undefined && config.mounts.length === 0 && Object.keys(config.environment).length === 0) container.config = undefined;
    return undefined;
  },

  stopContainer: (runtime, sandbox, container, graceSeconds, now) => {
    if (container.state !== 'running') return;
    container.stopping = true;
    const { process } = container;
    if (process === undefined || handlesSigterm(process)) {
      const at = later(now, runtime.profile.stop);
      container.killAt = at;
      container.exitCode = 0;
    } else {
      const at = later(now, seconds(graceSeconds));
      if (container.killAt === undefined || at < container.killAt) container.killAt = at;
      container.exitCode = 137;
    }
    advanceContainer(sandbox, container, now);
  },

  advance: (_runtime, sandbox, now) => {
    for (const container of sandbox.containers) if (container.state === 'running') advanceContainer(sandbox, container, now);
  },

  nextChange: (_runtime, sandbox) => {
    let next: Instant | undefined;
    for (const { state, killAt, process } of sandbox.containers) {
      if (state !== 'running') continue;
      if (killAt !== undefined && (next === undefined || killAt < next)) next = killAt;
      const wakesAt = process?.wakesAt;
      if (wakesAt !== undefined && (next === undefined || wakesAt < next)) next = wakesAt;
    }
    return next;
  },
};

/** 64 hexadecimal digits, as containerd's ids have: sixteen are drawn, the rest are the node's. */
const newId = (runtime: EmulatedRuntime, random: Random): string => digits(random.uint32()) + digits(random.uint32()) + runtime.idTail;

const digits = (word: number): string => (word + 0x1_0000_0000).toString(16).slice(1);

const advanceContainer = (sandbox: PodSandbox, container: RuntimeContainer, now: Instant): void => {
  const { killAt, process } = container;
  if (process?.wakesAt !== undefined && process.wakesAt <= now && (killAt === undefined || process.wakesAt <= killAt)) run(sandbox, container, now);
  if (container.state === 'running' && container.killAt !== undefined && container.killAt <= now) exit(container, container.exitCode, container.killAt);
};

const run = (sandbox: PodSandbox, container: RuntimeContainer, now: Instant): void => {
  const { process, config } = container;
  if (process === undefined || config === undefined) return;
  const at = process.wakesAt ?? now;
  runProcess(process, commandContext(sandbox, container, config, at), now);
  if (process.exited) exit(container, process.status, process.wakesAt ?? at);
};

/** What a command sees of its container; also for commands that people execute in it. */
export const commandContext = (sandbox: PodSandbox, container: RuntimeContainer, config: ContainerConfig, now: Instant): CommandContext => ({
  now,
  hostname: sandbox.hostname,
  podIP: sandbox.ip,
  workingDirectory: config.workingDirectory,
  commandLine: [...config.command, ...config.args].join(' '),
  environment: (name) => config.environment[name] ?? WELL_KNOWN[name] ?? (name === 'HOSTNAME' ? sandbox.hostname : undefined),
  environmentNames: () => ['HOSTNAME', ...Object.keys(WELL_KNOWN), ...Object.keys(config.environment)],
  readFile: (path) => readContainerFile(sandbox, container, path) ?? managedFile(sandbox, path),
  writeFile: (path, text, append) => writeContainerFile(sandbox, container, path, text, append),
  removeFile: (path) => removeContainerFile(sandbox, container, path),
  files: () => containerFiles(sandbox, container),
  mountPoints: () => mountPoints(container),
  readInput: () => takeInput(container.input),
  readLine: () => takeLine(container.input),
  hasMoreInput: () => container.input?.ended === false,
  print: (text, stream) => {
    appendOutput((container.log ??= emptyLog()), stream, text, now);
  },
});

/** What the kubelet and the runtime put there. */
const managedFile = (sandbox: PodSandbox, path: string): string | undefined => {
  if (path === '/etc/hostname') return `${sandbox.hostname}\n`;
  return path === '/etc/hosts' ? hostsFile(sandbox) : undefined;
};

const WELL_KNOWN: Readonly<Record<string, string>> = { HOME: '/root', PATH: '/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin' };

const exit = (container: RuntimeContainer, code: number, at: Instant): void => {
  container.state = 'exited';
  container.exitCode = code;
  container.reason = code === 0 ? 'Completed' : 'Error';
  container.finishedAt = at;
  container.message = terminationMessage(container, code);
  container.process = undefined;
  container.killAt = undefined;
};

/** kuberuntime: at most 80 lines and 2048 bytes of the log stand in for a message that the container did not write. */
const terminationMessage = ({ config, files, log }: RuntimeContainer, code: number): string => {
  if (config === undefined) return '';
  const written = files?.[config.terminationMessagePath] ?? '';
  if (written !== '' || !config.messageFromLog || code === 0 || log === undefined) return written.slice(0, 4096);
  const lines = log.lines.slice(-80).map((line) => `${line.text}\n`);
  return (lines.join('') + log.partial).slice(-2048);
};
