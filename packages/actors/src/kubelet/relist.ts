import type { PodSandbox } from './container-runtime.js';
import { lookAtPhase, nextRelist, type PodWorker, type PodWorkerEnvironment } from './pod-worker-state.js';

/**
 * The pod life cycle event generator (pleg/generic.go): once a second the kubelet lists what the runtime has; each sandbox or container that is
 * not as it was seen before makes an event, and each event wants a sync. Here a look happens only where there is something to see.
 */
export const relist = (worker: PodWorker, sandbox: PodSandbox, environment: PodWorkerEnvironment): void => {
  if (changes(sandbox, false) === 0) {
    worker.relistAt = undefined;
    return;
  }
  worker.relistAt ??= nextRelist(environment);
  if (worker.relistAt > environment.now) return;
  worker.relistAt = undefined;
  const events = changes(sandbox, true);
  if (worker.stage === 'finished') return;
  lookAtPhase(worker);
  // Every event is a wish of its own; a worker that is busy, or waits for this very look, keeps one more.
  if (environment.profile.relist === 0 || worker.step !== undefined) worker.wanted = worker.wanted === 2 ? 2 : 1;
  else worker.wanted = worker.wanted > 0 || events > 1 ? 2 : 1;
};

/** How many parts of the sandbox differ from what was seen; `see` takes them in. */
const changes = (sandbox: PodSandbox, see: boolean): number => {
  let count = 0;
  const state = sandbox.ready ? 'ready' : 'stopped';
  if (sandbox.seen !== state) {
    count++;
    if (see) sandbox.seen = state;
  }
  for (const container of sandbox.containers) {
    if (container.state === 'created' || container.seen === container.state) continue;
    count++;
    if (see) container.seen = container.state;
  }
  return count;
};
