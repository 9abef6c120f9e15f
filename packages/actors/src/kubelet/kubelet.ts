import { type ActorContext, type AnyActorDefinition, type Caller, defineActor, later, seconds } from '@naumachia/core';
import type { ContainerAttachReply, ContainerAttachRequest, ContainerLogsReply, ContainerLogsRequest, RunningPodsReply } from '../api/kubelet-requests.js';
import { configFeed, configFeedEnded, listConfig } from './config-reads.js';
import { attachReply, takeInputOf } from './container-attach.js';
import { execute } from './container-exec.js';
import { containerOfLog, logsReply, refusedLogs } from './container-logs.js';
import { EMULATED_RUNTIME } from './emulated-runtime.js';
import type { KubeletConfig } from './kubelet-config.js';
import { events, type KubeletMessage, type KubeletState, type LogReader, kubeletState, tend } from './kubelet-state.js';
import { heartbeat, registerNode, renewLease, startNode, writeNodeStatus } from './node-registration.js';
import { compareNodeStatus } from './own-node.js';
import { answerPort } from './pod-ports.js';
import { admitWithNode, informers } from './pod-source.js';
import { currentStatus, type PodWorker } from './pod-worker-state.js';
import { deletePod, statusChanged, writeStatus } from './status-writer.js';

export type { KubeletConfig } from './kubelet-config.js';
export type { KubeletMessage, KubeletState } from './kubelet-state.js';

/** How long a reply to somebody who follows a log waits for something to show. */
export const FOLLOW_WAIT = seconds(10);

/** The actor `kubelet/NODE`: one node of the cluster with its emulated container runtime. */
export const kubelet: AnyActorDefinition = defineActor<KubeletConfig, KubeletState, KubeletMessage>({
  kind: 'kubelet',

  start: (config, context) => {
    const state = kubeletState(config, context.now, context.random);
    startNode(state, context);
    informers.start(state, context);
    return state;
  },

  receive: {
    heartbeat: (state, _message, context) => heartbeat(state, context),

    podTimer: (state, { uid }, context) => {
      const worker = state.workers.get(uid);
      if (worker === undefined) return;
      worker.timer = worker.timerAt = undefined;
      if (worker.writeAgainAt !== undefined && worker.writeAgainAt <= context.now) {
        worker.writeAgainAt = undefined;
        statusChanged(state, worker, context);
      }
      tend(state, worker, context);
      if (state.readers) answerReaders(state, context);
    },

    containerLogs: (state, message, context) => {
      const { caller } = context;
      if (caller === undefined) return;
      answerOrWait(state, message, caller, context);
    },

    readersTimer: (state, _message, context) => answerReaders(state, context),

    runningPods: (state, _message, context) => {
      if (context.caller) context.reply(context.caller, runningPods(state));
    },

    containerExec: (state, message, context) => {
      const worker = workerOf(state, message.namespace, message.pod);
      if (context.caller) context.reply(context.caller, execute(worker && EMULATED_RUNTIME.podSandbox(state.runtime, worker.uid), message, context.now));
    },

    containerAttach: (state, message, context) => {
      const { caller } = context;
      const worker = workerOf(state, message.namespace, message.pod);
      const sandbox = worker && EMULATED_RUNTIME.podSandbox(state.runtime, worker.uid);
      if (worker !== undefined && takeInputOf(sandbox, message, context.now)) tend(state, worker, context);
      if (state.readers) answerReaders(state, context);
      if (caller !== undefined) answerOrWait(state, message, caller, context);
    },

    podPort: (state, message, context) => {
      const worker = workerOf(state, message.namespace, message.pod);
      if (context.caller) context.reply(context.caller, answerPort(worker && EMULATED_RUNTIME.podSandbox(state.runtime, worker.uid), message, context.now));
    },
  },

  signals: {
    feed: (state, batch, context) => {
      if (!informers.feed(state, batch, context)) configFeed(state, batch, context);
      if (state.readers) answerReaders(state, context);
    },
    feedEnded: (state, end, context) => {
      if (!informers.feedEnded(state, end, context)) configFeedEnded(state, end, context);
    },
  },

  flows: [registerNode, writeNodeStatus, compareNodeStatus, renewLease, writeStatus, deletePod, admitWithNode, listConfig, ...informers.flows, ...events.flows],
});

const READERS_TIMER: KubeletMessage = { type: 'readersTimer' };

const workerOf = (state: KubeletState, namespace: string, name: string): PodWorker | undefined => {
  for (const worker of state.workers.values()) if (worker.name === name && worker.namespace === namespace && !worker.gone) return worker;
  return undefined;
};

const logsOf = (state: KubeletState, message: ContainerLogsRequest, context: ActorContext): ReturnType<typeof logsReply> => {
  const worker = workerOf(state, message.namespace, message.pod);
  if (worker === undefined) return refusedLogs(`pod "${message.pod}" not found in namespace "${message.namespace}"`);
  const container = containerOfLog(message, currentStatus(worker), EMULATED_RUNTIME.podSandbox(state.runtime, worker.uid));
  return 'error' in container ? refusedLogs(container.error) : logsReply(message, container, context.now);
};

const attachOf = (state: KubeletState, message: ContainerAttachRequest): ContainerAttachReply => {
  const worker = workerOf(state, message.namespace, message.pod);
  return attachReply(worker && EMULATED_RUNTIME.podSandbox(state.runtime, worker.uid), message);
};

const replyTo = (state: KubeletState, request: LogReader['request'], context: ActorContext): ContainerLogsReply | ContainerAttachReply =>
  request.type === 'containerLogs' ? logsOf(state, request, context) : attachOf(state, request);

/** Whether somebody who follows is told something by a reply. */
const isNews = (reply: ContainerLogsReply | ContainerAttachReply): boolean => {
  switch (reply.type) {
    case 'status':
      return true;
    case 'containerLogs':
      return reply.ended || reply.text !== '';
    case 'containerAttach':
      return reply.ended || reply.stdout !== '' || reply.stderr !== '';
  }
};

/** Who follows waits until there is something to show. */
const answerOrWait = (state: KubeletState, request: LogReader['request'], caller: Caller, context: ActorContext): void => {
  const reply = replyTo(state, request, context);
  const follows = request.after !== undefined && (request.type === 'containerLogs' || request.input === undefined);
  if (!follows || isNews(reply)) return context.reply(caller, reply);
  (state.readers ??= []).push({ request, caller, until: later(context.now, FOLLOW_WAIT) });
  context.after(FOLLOW_WAIT, READERS_TIMER);
};

const answerReaders = (state: KubeletState, context: ActorContext): void => {
  const left = (state.readers ?? []).filter(({ request, caller, until }) => {
    const reply = replyTo(state, request, context);
    if (!isNews(reply) && until > context.now) return true;
    context.reply(caller, reply);
    return false;
  });
  state.readers = left.length === 0 ? undefined : left;
};

const runningPods = (state: KubeletState): RunningPodsReply => {
  const pods: { namespace: string; name: string; uid: string; containers: string[] }[] = [];
  for (const { uid, namespace, name } of state.workers.values()) {
    const running = EMULATED_RUNTIME.podSandbox(state.runtime, uid)?.containers.filter((container) => container.state === 'running');
    if (running && running.length > 0) pods.push({ namespace, name, uid, containers: running.map((container) => container.name) });
  }
  return { type: 'runningPods', pods };
};
