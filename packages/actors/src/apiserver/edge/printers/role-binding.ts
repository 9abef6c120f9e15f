import type { ClusterRoleBinding, RoleBinding } from '../../../api/generated/types.js';
import { ageSince } from './age.js';
import { definePrinter, type Printer } from './printer.js';

const cells: Printer<RoleBinding | ClusterRoleBinding>['cells'] = ({ metadata, roleRef, subjects }, now) => {
  const of = (kind: string): string => (subjects ?? []).filter((subject) => subject.kind === kind).map(({ namespace, name }) => (kind === 'ServiceAccount' ? `${namespace ?? ''}/${name}` : name)).join(', ');
  return [metadata.name ?? '', `${roleRef.kind}/${roleRef.name}`, ageSince(metadata.creationTimestamp, now), of('User'), of('Group'), of('ServiceAccount')];
};

export const roleBindingPrinter = definePrinter<RoleBinding>({ resource: 'rolebindings.rbac.authorization.k8s.io', cells });
export const clusterRoleBindingPrinter = definePrinter<ClusterRoleBinding>({ resource: 'clusterrolebindings.rbac.authorization.k8s.io', cells });
