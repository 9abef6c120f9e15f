import { request } from 'node:http';
import type { ClusterEntry } from './entry.js';
import type { ControlRoute } from './control-route.js';

/** A cluster refused what it was asked for. */
export class ControlRefused extends Error {
  override readonly name = 'ControlRefused';
}

/** Nobody answers at a cluster's socket: `gone`, nobody listens there; `silent`, not within the time given. */
export class NoAnswer extends Error {
  override readonly name = 'NoAnswer';
  readonly why: 'gone' | 'silent';

  constructor(why: 'gone' | 'silent') {
    super(why === 'gone' ? 'nobody listens at its socket' : 'it does not answer');
    this.why = why;
  }
}

/** Asks a running cluster for something; throws `NoAnswer` or `ControlRefused`. */
export const askCluster = async <T>({ socket }: Pick<ClusterEntry, 'socket'>, method: ControlRoute['method'], path: ControlRoute['path'], body?: object, within = 5000): Promise<T> =>
  new Promise((resolve, reject) => {
    const asked = request({ socketPath: socket, method, path, agent: false, headers: { 'content-type': 'application/json' } }, (response) => {
      let text = '';
      response.setEncoding('utf8');
      response.on('data', (chunk: string) => (text += chunk));
      response.on('end', () => {
        const answer = JSON.parse(text) as T & { readonly error?: string };
        if (response.statusCode === 200) resolve(answer);
        else reject(new ControlRefused(answer.error ?? `it answered ${response.statusCode}`));
      });
    });
    asked.setTimeout(within, () => asked.destroy(new NoAnswer('silent')));
    asked.on('error', (error) => reject('code' in error ? new NoAnswer('gone') : error));
    asked.end(body === undefined ? undefined : JSON.stringify(body));
  });
