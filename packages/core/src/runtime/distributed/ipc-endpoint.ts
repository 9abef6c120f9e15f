import type { ChildProcess } from 'node:child_process';
import type { Endpoint } from 'comlink';

/** The channel between a process and the one that started it, as comlink takes it. What is said when nobody is there any more is lost. */
export const ipcEndpoint = (channel: ChildProcess | NodeJS.Process): Endpoint => {
  const heard = new Map<unknown, (message: unknown) => void>();
  return {
    postMessage: (message: unknown) => {
      if (channel.connected === true) channel.send?.(message as object, undefined, undefined, () => undefined);
    },
    addEventListener: (_type, listener) => {
      const hear = (data: unknown): void => (listener as (event: { readonly data: unknown }) => void)({ data });
      heard.set(listener, hear);
      channel.on('message', hear);
    },
    removeEventListener: (_type, listener) => {
      const hear = heard.get(listener);
      if (hear) channel.off('message', hear);
    },
  };
};
