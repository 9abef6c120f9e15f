import type { Endpoints, EndpointSlice } from '../../api/generated/types.js';
import { fill, withinEach } from './fill.js';
import type { Strategy } from './strategy.js';

export const endpoints: Strategy = {
  defaults: (object) => withinEach(object as Endpoints, 'subsets', (subset) => withinEach(subset, 'ports', (port) => fill(port, { protocol: 'TCP' }))),
  createOnUpdate: true,
};

export const endpointSlice: Strategy = {
  defaults: (object) => withinEach(object as EndpointSlice, 'ports', (port) => ((port.name ?? undefined) === undefined ? { ...fill(port, { protocol: 'TCP' }), name: '' } : fill(port, { protocol: 'TCP' }))),
  generation: 'all',
};
