import type { Endpoint, Endpoints, EndpointSlice } from '../../api/generated/types.js';
import { endpointsErrors, endpointSliceErrors, endpointSliceUpdateErrors } from '../validation/endpoints.js';
import { fill, withinEach } from './fill.js';
import type { Strategy } from './strategy.js';

export const endpoints: Strategy = {
  defaults: (object) => withinEach(object as Endpoints, 'subsets', (subset) => withinEach(subset, 'ports', (port) => fill(port, { protocol: 'TCP' }))),
  validate: (object) => endpointsErrors(object as Endpoints),
  validateUpdate: (object) => endpointsErrors(object as Endpoints),
  createOnUpdate: true,
};

const withoutTopology = (endpoint: Endpoint): Endpoint => {
  if (endpoint.deprecatedTopology === undefined) return endpoint;
  const { deprecatedTopology: _, ...rest } = endpoint;
  return rest;
};

export const endpointSlice: Strategy = {
  metadata: { comparedOnce: true, judgedAnew: true },
  defaults: (object) => withinEach(object as EndpointSlice, 'ports', (port) => ((port.name ?? undefined) === undefined ? Object.assign({}, fill(port, { protocol: 'TCP' }), { name: '' }) : fill(port, { protocol: 'TCP' }))),
  // A field of v1beta1 that v1 carries along and does not take.
  prepareForCreate: (object) => withinEach(object as EndpointSlice, 'endpoints', withoutTopology),
  validate: (object) => endpointSliceErrors(object as EndpointSlice),
  validateUpdate: (object, old) => endpointSliceUpdateErrors(object as EndpointSlice, old as EndpointSlice),
  generation: 'all-and-labels',
  alwaysSent: ['endpoints'],
};
