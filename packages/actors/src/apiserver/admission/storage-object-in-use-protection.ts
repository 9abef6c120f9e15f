import type { AdmissionPlugin } from './plugin.js';

const FINALIZERS: Readonly<Record<string, string>> = {
  persistentvolumeclaims: 'kubernetes.io/pvc-protection',
  persistentvolumes: 'kubernetes.io/pv-protection',
  'volumeattributesclasses.storage.k8s.io': 'kubernetes.io/vac-protection',
};

/** Storage that is in use does not go before its user (plugin/storage/storageobjectinuseprotection). */
export const storageObjectInUseProtection: AdmissionPlugin = {
  name: 'StorageObjectInUseProtection',
  admit: ({ operation, kind, subresource }, object) => {
    const finalizer = FINALIZERS[kind.resource];
    if (finalizer === undefined || operation !== 'create' || subresource !== '') return object;
    const finalizers = object.metadata.finalizers ?? [];
    if (finalizers.includes(finalizer)) return object;
    return Object.assign({}, object, { metadata: Object.assign({}, object.metadata, { finalizers: [...finalizers, finalizer] }) });
  },
};
