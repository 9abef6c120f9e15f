/** Kinds of components in the order in which they are shown; each has the same colour in every chart. */
const KINDS = ['apiserver', 'kubelet', 'etcd', 'controller-manager', 'scheduler', 'kube-proxy', 'port'];

export const seriesOfKind = (kind: string): number => {
  const index = KINDS.indexOf(kind);
  return index < 0 ? KINDS.length : index;
};

/** A port is where clients from outside meet the actors: the load generator, or the HTTPS edge. */
export const kindText = (kind: string): string => (kind === 'port' ? 'clients' : kind);

/** Around the middle, neighbours have something to do with one another. */
const AROUND = ['etcd', 'controller-manager', 'scheduler', 'kubelet', 'kube-proxy', 'port'];
export const aroundTheMiddle = (a: string, b: string): number => placeOf(a) - placeOf(b) || (a < b ? -1 : 1);
const placeOf = (kind: string): number => (AROUND.includes(kind) ? AROUND.indexOf(kind) : AROUND.length);
