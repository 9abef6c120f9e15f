import type { Instant } from '@naumachia/core';
import type { ContainerAttachReply, ContainerAttachRequest } from '../api/kubelet-requests.js';
import { badRequest } from '../api/status.js';
import { typed } from './container-input.js';
import { appendOutput, emptyLog } from './container-log.js';
import { latestContainer } from './container-restart.js';
import type { PodSandbox, RuntimeContainer } from './container-runtime.js';

const decoder = new TextDecoder();

/** The container that a request is attached to: the one that runs, and from then on that one. */
const attachedTo = (sandbox: PodSandbox | undefined, { container: name, id }: ContainerAttachRequest): RuntimeContainer | undefined => {
  if (id !== undefined) return sandbox?.containers.find((container) => container.id === id);
  const latest = latestContainer(sandbox, name);
  return latest?.state === 'running' ? latest : undefined;
};

/** What a container printed since the client was told last, or from where it will be told (Attach of the CRI). */
export const attachReply = (sandbox: PodSandbox | undefined, request: ContainerAttachRequest): ContainerAttachReply => {
  const container = attachedTo(sandbox, request);
  if (container === undefined) return { type: 'status', status: badRequest(`container not found ("${request.container}")`) };
  const { id, log, state } = container;
  const ended = state === 'exited';
  const position = log === undefined ? 0 : log.dropped + log.lines.length;
  const output = { stdout: '', stderr: '' };
  if (log !== undefined && request.after !== undefined) {
    for (const { stream, text } of log.lines.slice(Math.max(0, request.after - log.dropped))) output[stream] += `${text}\n`;
    if (ended) output.stdout += log.partial;
  }
  return { type: 'containerAttach', id, position, ...output, ended };
};

/** Gives a process input; true if it reads it. What is typed into a terminal is shown by it, too. */
export const takeInputOf = (sandbox: PodSandbox | undefined, request: ContainerAttachRequest, now: Instant): boolean => {
  const container = attachedTo(sandbox, request);
  const { input, config, process } = container ?? {};
  if (container === undefined || input === undefined || request.input === undefined || container.state !== 'running') return false;
  const bytes = decoder.decode(request.input);
  if (request.input.length === 0) input.ended ||= config?.stdin?.once === true;
  else if (config?.stdin?.tty === true) {
    const text = typed(input, bytes);
    appendOutput((container.log ??= emptyLog()), 'stdout', text, now);
    input.text += text;
  } else input.text += bytes;
  // A process that sleeps reads when it is awake again.
  if (process === undefined || process.wakesAt !== undefined) return false;
  process.wakesAt = now;
  return true;
};
