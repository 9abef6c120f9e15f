import { type Instant, later, milliseconds } from '@naumachia/core';
import type { ContainerExecReply, ContainerExecRequest } from '../api/kubelet-requests.js';
import { badRequest, internalError } from '../api/status.js';
import type { CommandContext } from './commands.js';
import { NO_CONFIG } from './container-config.js';
import { type ContainerInput, takeInput, takeLine } from './container-input.js';
import { latestContainer } from './container-restart.js';
import type { PodSandbox, RuntimeContainer } from './container-runtime.js';
import { commandContext } from './emulated-runtime.js';
import { execNotFound, isKnownCommand, runProcess, startProcess } from './process.js';

/** A turn of a loop takes a millisecond: so many a command may have. */
const TURNS = milliseconds(400);

/** Runs a command in a running container to its end (ExecSync and Exec of the CRI). */
export const execute = (sandbox: PodSandbox | undefined, { container: name, command, stdin }: ContainerExecRequest, now: Instant): ContainerExecReply => {
  const container = latestContainer(sandbox, name);
  if (sandbox === undefined || container?.state !== 'running') return { type: 'status', status: badRequest(`container not found ("${name}")`) };
  const [executable = ''] = command;
  if (!isKnownCommand(executable)) return notFound(executable);
  const output = { stdout: '', stderr: '' };
  const before = filesOf(sandbox, container);
  const input: ContainerInput = { text: stdin === undefined || stdin === 'later' ? '' : new TextDecoder().decode(stdin), ended: true };
  let isWanted = false;
  const wanted = (): ContainerInput => {
    isWanted = true;
    return input;
  };
  const inside: CommandContext = Object.assign({}, commandContext(sandbox, container, container.config ?? NO_CONFIG, now), {
    print: (text: string, stream: 'stdout' | 'stderr') => void (output[stream] += text),
    readInput: () => takeInput(wanted()),
    readLine: () => takeLine(wanted()),
    hasMoreInput: () => false,
  });
  const started = startProcess('busybox', command, [], now, stdin !== undefined);
  if ('error' in started) return { type: 'status', status: badRequest(started.error) };
  runProcess(started.process, inside, later(now, TURNS));
  if (isWanted && stdin === 'later') {
    // It will run again, with its input, as if it had not run.
    restoreFiles(sandbox, container, before);
    return { type: 'awaitsInput' };
  }
  return { type: 'containerExec', ...output, exitCode: started.process.status };
};

/** In the words of the kubelet's streaming server. */
const notFound = (executable: string): ContainerExecReply => ({ type: 'status', status: internalError(`Internal error occurred: error executing command in container: ${execNotFound(executable)}`) });

interface Files {
  readonly own: RuntimeContainer['files'];
  readonly volumes: PodSandbox['volumes'];
}

const filesOf = ({ volumes }: PodSandbox, { files }: RuntimeContainer): Files => ({
  own: files && { ...files },
  volumes: volumes && Object.fromEntries(Object.entries(volumes).map(([name, held]) => [name, { ...held }])),
});

const restoreFiles = (sandbox: PodSandbox, container: RuntimeContainer, { own, volumes }: Files): void => {
  container.files = own;
  sandbox.volumes = volumes;
};
