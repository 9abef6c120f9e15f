import type { ApiResource } from '../../api/resources.js';

/** Kinds that warn whoever uses them (APILifecycleDeprecated of Kubernetes 1.36), by resource. */
const DEPRECATED: Readonly<Record<string, string>> = {
  componentstatuses: 'v1 ComponentStatus is deprecated in v1.19+',
  endpoints: 'v1 Endpoints is deprecated in v1.33+; use discovery.k8s.io/v1 EndpointSlice',
};

export const deprecationOf = (resource: ApiResource): string | undefined => DEPRECATED[resource.groupResource];
