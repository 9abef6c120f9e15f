import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { processMetrics } from '@naumachia/actors/apiserver/edge';
import { exposition, EXPOSITION_TYPE, metricsOf } from '@naumachia/actors/metrics';
import type { HostReport } from '@naumachia/core';

/** Where the metrics of a run can be scraped while it lasts. */
export interface MetricsServer {
  readonly url: string;
  close(): Promise<void>;
}

const HOST = '127.0.0.1';

/** Serves `/metrics` to this machine alone. Port 0 picks a free one. Rejects with the listen error if the port cannot be had. */
export const serveMetrics = async (port: number, reports: () => Promise<readonly HostReport[]>): Promise<MetricsServer> => {
  const server = createServer((request, response) => {
    const path = new URL(request.url ?? '/', `http://${HOST}`).pathname;
    if (request.method !== 'GET' || path !== '/metrics') {
      response.writeHead(404, { 'content-type': 'text/plain; charset=utf-8' }).end('404 page not found\n');
      return;
    }
    reports().then(
      (seen) => response.writeHead(200, { 'content-type': EXPOSITION_TYPE }).end(exposition([...metricsOf(seen), ...processMetrics()])),
      (error: unknown) => response.writeHead(503, { 'content-type': 'text/plain; charset=utf-8' }).end(`${error instanceof Error ? error.message : String(error)}\n`),
    );
  });
  await listening(server, port);
  const { port: bound } = server.address() as AddressInfo;
  return {
    url: `http://${HOST}:${bound}/metrics`,
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  };
};

const listening = (server: Server, port: number): Promise<void> =>
  new Promise((resolve, reject) => {
    server.once('error', reject);
    server.listen(port, HOST, () => {
      server.off('error', reject);
      resolve();
    });
  });
