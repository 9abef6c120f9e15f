import type { PodSpec, Toleration } from '../../api/generated/types.js';
import { remembered } from '../remembered.js';
import type { AdmissionPlugin } from './plugin.js';

/** How long a pod stays on a node that is not ready or unreachable, where it does not say itself (plugin/defaulttolerationseconds). */
const SECONDS = 300;
const NOT_READY = 'node.kubernetes.io/not-ready';
const UNREACHABLE = 'node.kubernetes.io/unreachable';
const notReady: Toleration = { key: NOT_READY, operator: 'Exists', effect: 'NoExecute', tolerationSeconds: SECONDS };
const unreachable: Toleration = { key: UNREACHABLE, operator: 'Exists', effect: 'NoExecute', tolerationSeconds: SECONDS };
const both: readonly Toleration[] = [notReady, unreachable];

const tolerates = (toleration: Toleration, key: string): boolean =>
  (toleration.key === key || toleration.key === undefined || toleration.key === '') && (toleration.effect === 'NoExecute' || toleration.effect === undefined || toleration.effect === '');

export const withDefaultTolerations = (tolerations: readonly Toleration[] | undefined): readonly Toleration[] => {
  if (tolerations === undefined || tolerations.length === 0) return both;
  const missingNotReady = !tolerations.some((toleration) => tolerates(toleration, NOT_READY));
  const missingUnreachable = !tolerations.some((toleration) => tolerates(toleration, UNREACHABLE));
  if (!missingNotReady && !missingUnreachable) return tolerations;
  return [...tolerations, ...(missingNotReady ? [notReady] : []), ...(missingUnreachable ? [unreachable] : [])];
};

const withTolerations = remembered((spec: PodSpec): PodSpec => {
  const tolerations = withDefaultTolerations(spec.tolerations);
  return tolerations === spec.tolerations ? spec : Object.assign({}, spec, { tolerations });
});

export const defaultTolerationSeconds: AdmissionPlugin = {
  name: 'DefaultTolerationSeconds',
  admit: ({ operation, kind, subresource }, object) => {
    if (kind.resource !== 'pods' || subresource !== '' || operation === 'delete') return object;
    const spec = withTolerations(object.spec as PodSpec);
    return spec === object.spec ? object : Object.assign({}, object, { spec });
  },
};
