import type { Port } from '@naumachia/core';
import type { Pod } from '../../api/generated/types.js';
import type { Exchange } from './exchange.js';
import type { LogOptions } from './pod-log.js';
import { notYetSupported } from './refusals.js';
import { Refusal } from './request-options.js';

/** Asks the kubelet of a node for the log of a container and streams it to the client. */
export const streamContainerLog = async (_port: Port, _exchange: Exchange, _pod: Pod, _node: string, _container: string, _options: LogOptions): Promise<void> => {
  throw new Refusal(notYetSupported('pods/log'));
};
