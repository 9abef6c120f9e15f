import type { Taint, Toleration } from '../../../api/generated/types.js';

/** api/core/v1 `Toleration.ToleratesTaint`, without the alpha operators Lt and Gt. */
const tolerates = (toleration: Toleration, taint: Taint): boolean => {
  if (toleration.effect && toleration.effect !== taint.effect) return false;
  if (toleration.key && toleration.key !== taint.key) return false;
  switch (toleration.operator ?? '') {
    case '':
    case 'Equal':
      return (toleration.value ?? '') === (taint.value ?? '');
    case 'Exists':
      return true;
    default:
      return false;
  }
};

export const tolerated = (tolerations: readonly Toleration[] | undefined, taint: Taint): boolean => tolerations?.some((toleration) => tolerates(toleration, taint)) ?? false;

/** Whether some taint keeps the pod off the node. `PreferNoSchedule` never does. */
export const hasUntoleratedTaint = (tolerations: readonly Toleration[] | undefined, taints: readonly Taint[] | undefined): boolean =>
  taints?.some((taint) => (taint.effect === 'NoSchedule' || taint.effect === 'NoExecute') && !tolerated(tolerations, taint)) ?? false;
