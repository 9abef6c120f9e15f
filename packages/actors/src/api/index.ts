export { type ApiResource, apiResources, resourceByGroupResource, resourceByKind, resourceByWord } from './resources.js';
export { kindType } from './fields.js';
export { rebuild } from './table-order.js';
export { reportDecoding } from './decode-report.js';
export type { Deployment, EndpointSlice, LabelSelector, Node, Pod, ReplicaSet, Service } from './generated/types.js';
export { scaledValue } from './int-or-string.js';
export { matches, selectorOf, selectorOfLabels } from './label-selector.js';
export { controllerOf } from './owner.js';
export { quantity } from './quantity.js';
