import { isFailure, named, type Port } from '@naumachia/core';
import type { KubernetesObject } from '../../api/object.js';
import type { ApiRequest } from '../../api/requests.js';
import { notFound } from '../../api/status.js';
import { statusOfFailure, type Exchange } from './exchange.js';
import { Refusal } from './request-options.js';

const API_SERVER = named<ApiRequest>('apiserver');

/** An object that an endpoint needs for its answer, read as whoever asks. Throws a Refusal if it cannot be had. */
export const readObject = async (port: Port, { user }: Exchange, resource: string, namespace: string, name: string): Promise<KubernetesObject> => {
  const answer = await port.request(API_SERVER, { type: 'get', user, resource, namespace, name });
  if (isFailure(answer)) throw new Refusal(statusOfFailure(answer));
  if (answer.type === 'status') throw new Refusal(answer.status);
  if (answer.type !== 'object') throw new Refusal(notFound(resource, name));
  return answer.object.value;
};
