import { chmodSync } from 'node:fs';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import { CommandFailed } from '../exit-codes.js';
import { type ControlledCluster, Refusal } from './control-route.js';
import { CONTROL_ROUTES } from './control-routes.js';

/** An open control server. */
export interface ControlServer {
  /** Lets the requests that are being answered end. */
  close(): Promise<void>;
}

const MOST_BODY = 1 << 20;

/** Serves the control routes of a cluster on its Unix socket, over HTTP, to its user alone. */
export const serveControl = async (cluster: ControlledCluster): Promise<ControlServer> => {
  const { socket } = cluster.entry();
  const server = createServer((request, response) => void answer(cluster, request, response));
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject);
    server.listen(socket, resolve);
  });
  // The folder lets nobody else in before either.
  chmodSync(socket, 0o600);
  return {
    close: async () => {
      const closed = new Promise((resolve) => server.close(resolve));
      server.closeIdleConnections();
      await closed;
    },
  };
};

const answer = async (cluster: ControlledCluster, request: IncomingMessage, response: ServerResponse): Promise<void> => {
  const reply = (code: number, body: unknown): void => void response.writeHead(code, { 'content-type': 'application/json', connection: 'close' }).end(`${JSON.stringify(body)}\n`);
  const { pathname } = new URL(request.url ?? '/', 'http://cluster');
  const at = CONTROL_ROUTES.filter(({ path }) => path === pathname);
  const route = at.find(({ method }) => method === request.method);
  if (!route) return reply(at.length > 0 ? 405 : 404, { error: `there is no ${request.method} ${pathname}; there are ${CONTROL_ROUTES.map(({ method, path }) => `${method} ${path}`).join(', ')}` });
  try {
    reply(200, await route.answer(cluster, await bodyOf(request)));
  } catch (error) {
    reply(error instanceof Refusal || error instanceof CommandFailed ? 400 : 500, { error: error instanceof Error ? error.message : String(error) });
  }
};

const bodyOf = async (request: IncomingMessage): Promise<Readonly<Record<string, unknown>>> => {
  let text = '';
  for await (const chunk of request.setEncoding('utf8')) {
    text += String(chunk);
    if (text.length > MOST_BODY) throw new Refusal('the body is too long');
  }
  if (text === '') return {};
  try {
    const body: unknown = JSON.parse(text);
    if (typeof body === 'object' && body !== null && !Array.isArray(body)) return body as Readonly<Record<string, unknown>>;
  } catch {
    // Told below.
  }
  throw new Refusal('expected a JSON object');
};
