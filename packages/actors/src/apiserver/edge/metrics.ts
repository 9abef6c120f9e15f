import { send, type Exchange } from './exchange.js';

/** Requests answered, by method and code: the part of kube-apiserver's metrics that the edge alone knows. */
const requests = new Map<string, number>();

export const countRequest = (method: string, code: number): void => {
  const labels = `{code="${code}",method="${/^[A-Z]{1,10}$/.test(method) ? method : 'OTHER'}"}`;
  requests.set(labels, (requests.get(labels) ?? 0) + 1);
};

export const serveMetrics = (exchange: Exchange): void => {
  const lines = ['# HELP apiserver_request_total [STABLE] Counter of apiserver requests broken out by method and HTTP response code.', '# TYPE apiserver_request_total counter'];
  for (const [labels, count] of [...requests].sort()) lines.push(`apiserver_request_total${labels} ${count}`);
  send(exchange, 200, 'text/plain; version=0.0.4; charset=utf-8', `${lines.join('\n')}\n`);
};
