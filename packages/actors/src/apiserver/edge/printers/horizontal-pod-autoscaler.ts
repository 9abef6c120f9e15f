import type { HorizontalPodAutoscaler, MetricSpec, MetricStatus } from '../../../api/generated/types.js';
import { ageSince } from './age.js';
import { definePrinter } from './printer.js';

const SHOWN = 2;
const UNKNOWN = '<unknown>';

export const horizontalPodAutoscalerPrinter = definePrinter<HorizontalPodAutoscaler>({
  resource: 'horizontalpodautoscalers.autoscaling',
  cells: ({ metadata, spec, status }, now) => [
    metadata.name ?? '',
    `${spec?.scaleTargetRef?.kind}/${spec?.scaleTargetRef?.name}`,
    targets(spec?.metrics ?? [], status?.currentMetrics ?? []),
    spec?.minReplicas === undefined ? '<unset>' : String(spec.minReplicas),
    spec?.maxReplicas ?? 0,
    status?.currentReplicas ?? 0,
    ageSince(metadata.creationTimestamp, now),
  ],
});

const targets = (specs: readonly MetricSpec[], statuses: readonly MetricStatus[]): string => {
  if (specs.length === 0) return '<none>';
  const shown = specs.slice(0, SHOWN).map((spec, i) => target(spec, statuses[i]));
  const text = shown.join(', ');
  return specs.length > SHOWN ? `${text} + ${specs.length - SHOWN} more...` : text;
};

const target = (spec: MetricSpec, status: MetricStatus | undefined): string => {
  switch (spec.type) {
    case 'External':
    case 'Object': {
      const source = spec.type === 'External' ? spec.external : spec.object;
      const current = (spec.type === 'External' ? status?.external : status?.object)?.current;
      const average = source?.target?.averageValue;
      return average === undefined ? `${current?.value ?? UNKNOWN}/${source?.target?.value ?? ''}` : `${current?.averageValue ?? UNKNOWN}/${average} (avg)`;
    }
    case 'Pods':
      return `${status?.pods?.current?.averageValue ?? UNKNOWN}/${spec.pods?.target?.averageValue ?? ''}`;
    case 'Resource':
    case 'ContainerResource': {
      const source = spec.type === 'Resource' ? spec.resource : spec.containerResource;
      const current = (spec.type === 'Resource' ? status?.resource : status?.containerResource)?.current;
      const average = source?.target?.averageValue;
      if (average !== undefined) return `${source?.name}: ${current?.averageValue ?? UNKNOWN}/${average}`;
      const percent = (value: number | undefined, none: string): string => (value === undefined ? none : `${value}%`);
      return `${source?.name}: ${percent(current?.averageUtilization, UNKNOWN)}/${percent(source?.target?.averageUtilization, '<auto>')}`;
    }
    default:
      return '<unknown type>';
  }
};
