import type { Instant } from '@naumachia/core';
import type { PodPortReply, PodPortRequest } from '../api/kubelet-requests.js';
import type { PodSandbox } from './container-runtime.js';
import { answerHttp, portsOf } from './emulated-server.js';

/** Hands what came for a port of a pod to the container that listens there (containerd's port forwarding into the sandbox's network). */
export const answerPort = (sandbox: PodSandbox | undefined, { port, received, pod, namespace }: PodPortRequest, now: Instant): PodPortReply => {
  if (sandbox === undefined || !sandbox.ready) return { type: 'refused', sandbox: '', error: `failed to find sandbox of pod "${pod}" in namespace "${namespace}"` };
  const listens = sandbox.containers.some((container) => container.state === 'running' && portsOf(container.image.program).includes(port));
  if (listens) return { type: 'podPort', ...answerHttp(received, sandbox.hostname, now) };
  return {
    type: 'refused',
    sandbox: sandbox.id,
    error: `failed to execute portforward in network namespace "/var/run/netns/cni-${sandbox.id.slice(0, 8)}": failed to connect to localhost:${port} inside namespace "${sandbox.id}", IPv4: dial tcp4 127.0.0.1:${port}: connect: connection refused IPv6 dial tcp6 [::1]:${port}: connect: connection refused`,
  };
};
