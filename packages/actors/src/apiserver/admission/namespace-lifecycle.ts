import { forbiddenRequest, notFound } from '../../api/status.js';
import type { AdmissionPlugin } from './plugin.js';

/** Namespaces that cannot be deleted (plugin/namespace/lifecycle). */
const IMMORTAL = new Set(['default', 'kube-system', 'kube-public']);

/** Nothing is made in a namespace that does not exist or is going; some namespaces never go. */
export const namespaceLifecycle: AdmissionPlugin = {
  name: 'NamespaceLifecycle',
  admit: (attributes, object, context) => {
    const { operation, kind, namespace, name } = attributes;
    if (operation === 'delete') {
      if (kind.resource === 'namespaces' && IMMORTAL.has(name)) return forbiddenRequest('namespaces', name, 'this namespace may not be deleted');
      return object;
    }
    if (!kind.api.namespaced || operation !== 'create') return object;
    const stored = context.find('namespaces', '', namespace);
    if (stored === undefined) return notFound('namespaces', namespace);
    if (attributes.subresource !== '' || stored.value.metadata.deletionTimestamp === undefined) return object;
    return forbiddenRequest(kind.resource, name, `unable to create new content in namespace ${namespace} because it is being terminated`, [
      { reason: 'NamespaceTerminating', message: `namespace ${namespace} is being terminated`, field: 'metadata.namespace' },
    ]);
  },
};
