export { type ApiResource, apiResources, resourceByGroupResource, resourceByKind, resourceByWord } from './resources.js';
export { kindType } from './fields.js';
export { rebuild } from './table-order.js';
export { reportDecoding } from './decode-report.js';
