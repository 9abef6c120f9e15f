import { parentPort, workerData } from 'node:worker_threads';
import { Gateway } from './gateway.js';
import type { GatewayNotice, GatewayStart } from './gateway-thread.js';

/** The entry of a gateway's thread. */
const { name, folder } = workerData as GatewayStart;
const gateway = new Gateway(name, folder);
await gateway.listen();
parentPort?.on('message', (notice: GatewayNotice) => {
  if (notice.notice === 'open') gateway.open(notice.join, notice.process, notice.port);
  else gateway.forget(notice.process);
});
parentPort?.postMessage('listening');
