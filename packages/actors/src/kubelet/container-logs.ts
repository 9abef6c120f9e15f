import { type Instant, seconds } from '@naumachia/core';
import type { ContainerStatus, PodStatus } from '../api/generated/types.js';
import type { ContainerLogsReply, ContainerLogsRequest } from '../api/kubelet-requests.js';
import { badRequest } from '../api/status.js';
import type { LogLine } from './container-log.js';
import type { PodSandbox, RuntimeContainer } from './container-runtime.js';

/** The container whose log is asked for, or the text that a kubelet answers instead (validateContainerLogStatus). */
export const containerOfLog = (request: ContainerLogsRequest, status: PodStatus, sandbox: PodSandbox | undefined): RuntimeContainer | { readonly error: string } => {
  const about = `container "${request.container}" in pod "${request.pod}"`;
  const all: readonly ContainerStatus[] = [...(status.containerStatuses ?? []), ...(status.initContainerStatuses ?? [])];
  const found = all.find((candidate) => candidate.name === request.container);
  if (found === undefined) return { error: `${about} is not available` };
  const { state, lastState } = found;
  const ended = lastState?.terminated?.containerID;
  let id: string | undefined;
  if (request.previous === true) {
    if (ended === undefined) return { error: `previous terminated ${about} not found` };
    id = ended;
  } else if (state?.running) id = found.containerID;
  else if (state?.terminated) id = state.terminated.containerID ?? ended;
  else if (lastState?.terminated) id = ended;
  else {
    switch (state?.waiting?.reason) {
      case 'ErrImagePull':
        return { error: `${about} is waiting to start: image can't be pulled` };
      case 'ImagePullBackOff':
        return { error: `${about} is waiting to start: trying and failing to pull image` };
      default:
        return { error: state?.waiting ? `${about} is waiting to start: ${state.waiting.reason ?? ''}` : `${about} is waiting to start - no logs yet` };
    }
  }
  if (id === undefined) return { error: `${about} is terminated` };
  const container = sandbox?.containers.find((candidate) => `containerd://${candidate.id}` === id);
  return container ?? { error: `unable to retrieve container logs for ${id}` };
};

export const refusedLogs = (error: string): ContainerLogsReply => ({ type: 'status', status: badRequest(error) });

/** The lines that the options of a request pick, as text. */
export const logsReply = (request: ContainerLogsRequest, container: RuntimeContainer, now: Instant): ContainerLogsReply => {
  const { log } = container;
  const ended = container.state === 'exited';
  if (log === undefined) return { type: 'containerLogs', text: '', position: 0, ended };
  const position = log.dropped + log.lines.length;
  let lines: readonly LogLine[] = request.after === undefined ? log.lines : log.lines.slice(Math.max(0, request.after - log.dropped));
  const since = request.sinceSeconds !== undefined ? now - seconds(request.sinceSeconds) : request.sinceTime !== undefined ? Date.parse(request.sinceTime) : undefined;
  if (since !== undefined) lines = lines.filter((line) => line.at >= since);
  if (request.tailLines !== undefined && request.after === undefined) lines = request.tailLines === 0 ? [] : lines.slice(-request.tailLines);
  let text = '';
  for (const line of lines) text += request.timestamps === true ? `${nanoTime(line.at)} ${line.text}\n` : `${line.text}\n`;
  // What has no newline yet is shown once its container has ended.
  if (ended && log.partial !== '' && request.after !== position) text += log.partial;
  if (request.limitBytes !== undefined) text = text.slice(0, request.limitBytes);
  return { type: 'containerLogs', text, position, ended };
};

/** RFC 3339 with nine digits, as CRI logs have it. */
const nanoTime = (at: Instant): string => {
  const micros = Math.floor((at - Math.floor(at)) * 1000);
  return `${new Date(Math.floor(at)).toISOString().slice(0, 23)}${String(micros).padStart(3, '0')}000Z`;
};
