import type { Pod } from '@naumachia/actors/api';
import type { KubeletState } from '@naumachia/actors/kubelet';
import type { EndProperty } from './property.js';

export const kubeletsRunWhatIsBound: EndProperty = {
  about: 'every pod runs on the node that it is bound to and nowhere else, with the address that it shows',
  problems: ({ world, actors, state }) => {
    const problems: string[] = [];
    const running = new Map<string, { readonly node: string; readonly ip: string }>();
    for (const actor of actors) {
      if (!actor.startsWith('kubelet/')) continue;
      const { config, runtime } = state<KubeletState>(actor);
      for (const [uid, { ip, containers }] of runtime.sandboxes) {
        if (!containers.some((container) => container.state === 'running')) continue;
        const other = running.get(uid);
        if (other) problems.push(`a pod (uid ${uid}) runs on ${other.node} and on ${config.node}`);
        running.set(uid, { node: config.node, ip });
      }
    }
    for (const [key, { value, header }] of world.all<Pod>('pods')) {
      const seen = running.get(header.uid);
      running.delete(header.uid);
      if (value.status?.phase !== 'Running') continue;
      if (seen === undefined) problems.push(`pod ${key} is said to run on ${value.spec.nodeName}, and nobody runs it`);
      else if (seen.node !== value.spec.nodeName) problems.push(`pod ${key} is bound to ${value.spec.nodeName} and runs on ${seen.node}`);
      else if (value.spec.hostNetwork !== true && seen.ip !== value.status.podIP) problems.push(`pod ${key} has the address ${seen.ip} and shows ${value.status.podIP ?? 'none'}`);
    }
    for (const [uid, { node }] of running) problems.push(`${node} runs a pod (uid ${uid}) that does not exist`);
    return problems;
  },
};
