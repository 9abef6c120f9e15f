import type { Namespace } from '../../api/generated/types.js';
import type { KubernetesObject } from '../../api/object.js';
import { dns1123LabelErrors } from '../../api/names.js';
import { namespaceErrors, namespaceStatusErrors } from '../validation/cluster.js';
import type { Strategy } from './strategy.js';

/** The label by which selectors of namespaces can name one, and the finalizer that the namespace controller clears. */
const NAME_LABEL = 'kubernetes.io/metadata.name';
const FINALIZER = 'kubernetes';

const withNameLabel = (object: KubernetesObject): KubernetesObject => {
  const { name, labels } = object.metadata;
  if (name === undefined || name === '' || labels?.[NAME_LABEL] === name) return object;
  return Object.assign({}, object, { metadata: Object.assign({}, object.metadata, { labels: Object.assign({}, labels, { [NAME_LABEL]: name }) }) });
};

/** SetDefaults_NamespaceStatus: there is no other phase to be in for one that says none. */
const withPhase = (object: KubernetesObject): KubernetesObject =>
  ((object as Namespace).status?.phase ?? '') === '' ? Object.assign({}, object, { status: Object.assign({}, object.status, { phase: 'Active' }) }) : object;

export const namespace: Strategy = {
  metadata: { judgedAnew: true },
  defaults: (object) => withPhase(withNameLabel(object)),
  prepareForCreate: (object) => {
    const finalizers = (object as Namespace).spec?.finalizers ?? [];
    return Object.assign({}, withNameLabel(object), { spec: { finalizers: finalizers.includes(FINALIZER) ? finalizers : [...finalizers, FINALIZER] }, status: { phase: 'Active' } });
  },
  // Finalizers change through `finalize` alone.
  prepareForUpdate: (object, old) => (Object.assign({}, object, { spec: old.spec })),
  validate: (object) => namespaceErrors(object as Namespace),
  validateUpdate: (object) => namespaceErrors(object as Namespace),
  status: { validateUpdate: (object) => namespaceStatusErrors(object as Namespace) },
  nameErrors: dns1123LabelErrors,
  selectableFields: { 'status.phase': (object) => (object as Namespace).status?.phase ?? '' },
};
