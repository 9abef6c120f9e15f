import { sendText, type Exchange } from './exchange.js';

/** The checks of kube-apiserver 1.36, in its order; what this server does not have cannot fail. */
const CHECKS = [
  'ping', 'log', 'loopback-serving-certificate', 'etcd', 'etcd-readiness', 'informer-sync', 'poststarthook/start-apiserver-admission-initializer', 'poststarthook/generic-apiserver-start-informers',
  'poststarthook/priority-and-fairness-config-consumer', 'poststarthook/priority-and-fairness-filter', 'poststarthook/storage-object-count-tracker-hook',
  'poststarthook/start-apiextensions-informers', 'poststarthook/start-apiextensions-controllers', 'poststarthook/crd-informer-synced',
  'poststarthook/start-system-namespaces-controller', 'poststarthook/peer-endpoint-reconciler-controller', 'poststarthook/start-cluster-authentication-info-controller',
  'poststarthook/start-kube-apiserver-identity-lease-controller', 'poststarthook/start-kube-apiserver-identity-lease-garbage-collector', 'poststarthook/storage-readiness',
  'poststarthook/start-legacy-token-tracking-controller', 'poststarthook/start-service-ip-repair-controllers', 'poststarthook/rbac/bootstrap-roles',
  'poststarthook/scheduling/bootstrap-system-priority-classes', 'poststarthook/priority-and-fairness-config-producer', 'poststarthook/bootstrap-controller',
  'poststarthook/start-kubernetes-service-cidr-controller', 'poststarthook/aggregator-reload-proxy-client-cert', 'poststarthook/start-kube-aggregator-informers',
  'poststarthook/apiservice-status-local-available-controller', 'poststarthook/apiservice-status-remote-available-controller', 'poststarthook/apiservice-registration-controller',
  'poststarthook/apiservice-discovery-controller', 'poststarthook/kube-apiserver-autoregistration', 'autoregister-completion', 'poststarthook/apiservice-openapi-controller',
  'poststarthook/apiservice-openapiv3-controller', 'shutdown',
];
const READY_ONLY = new Set(['etcd-readiness', 'informer-sync', 'shutdown']);
const LIVE_ONLY = new Set(['loopback-serving-certificate']);

const verbose = (name: string): string => {
  const others = name === 'readyz' ? LIVE_ONLY : READY_ONLY;
  const checks = CHECKS.filter((check) => !others.has(check));
  return `${checks.map((check) => `[+]${check} ok\n`).join('')}${name} check passed\n`;
};

/** Answers the health endpoints and their single checks; false if the path is something else. Whoever answers at all is healthy. */
export const serveHealth = (exchange: Exchange): boolean => {
  const [, endpoint = '', ...check] = exchange.path.split('/');
  if (endpoint !== 'healthz' && endpoint !== 'livez' && endpoint !== 'readyz') return false;
  if (check.length > 0 && !CHECKS.includes(check.join('/'))) return false;
  sendText(exchange, 200, exchange.query.has('verbose') && check.length === 0 ? verbose(endpoint) : 'ok');
  return true;
};
