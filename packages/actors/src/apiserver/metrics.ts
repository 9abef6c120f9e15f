import { splitGroupResource } from '../api/object.js';
import { type Family, gauge } from '../machinery/metrics/metric.js';
import type { ApiServerState } from './state.js';

// apiserver/pkg/storage/etcd3/metrics/metrics.go
const resourceObjects = gauge({ name: 'apiserver_resource_objects', help: 'Stored objects by resource.', stability: 'ALPHA', labels: ['group', 'resource'] });
const storageObjects = gauge({ name: 'apiserver_storage_objects', help: 'Stored objects by resource; apiserver_resource_objects tells the group apart.', stability: 'STABLE', labels: ['resource'] });

/** What an API server holds, in the metrics of kube-apiserver. */
export const apiServerMetrics = ({ cache }: ApiServerState): Family[] => {
  const resources = [...cache.resources].map(([name, { count }]) => ({ name, value: count }));
  return [
    { metric: resourceObjects, samples: resources.map(({ name, value }) => ({ labels: Object.values(splitGroupResource(name)), value })) },
    { metric: storageObjects, samples: resources.map(({ name, value }) => ({ labels: [name], value })) },
  ];
};
