import type { PodTemplate } from '../../../api/generated/types.js';
import { definePrinter } from './printer.js';
import { containerCells, formatLabels } from './selector-text.js';

export const podTemplatePrinter = definePrinter<PodTemplate>({
  resource: 'podtemplates',
  cells: ({ metadata, template }) => [metadata.name ?? '', ...containerCells(template?.spec?.containers), formatLabels(template?.metadata?.labels)],
});
