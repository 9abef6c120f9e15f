export { type ApiResource, apiResources, resourceByGroupResource, resourceByKind, resourceByWord } from './resources.js';
