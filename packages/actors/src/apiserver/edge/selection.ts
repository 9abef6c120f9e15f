import { matchesFields, parseFieldSelector, requiredField, type FieldRequirement } from '../../api/field-selector.js';
import { matches, parseLabelSelector, type Selector } from '../../api/label-selector.js';
import type { ApiResource } from '../../api/resources.js';
import type { Stored } from '../../api/requests.js';
import { badRequest } from '../../api/status.js';
import { kindOfResource } from '../registry.js';
import { Refusal } from './request-options.js';

/** Which objects of a resource a watch is about. */
export interface Selection {
  readonly namespace: string;
  readonly labels: Selector | undefined;
  readonly fields: readonly FieldRequirement[];
  readonly fieldOf: (stored: Stored, field: string) => string;
  /** An object may enter and leave the selection while it lives, so the watch has to remember which are in. */
  readonly changes: boolean;
  /** The feed key that every selected object has, so that only those are delivered; undefined: all are. */
  readonly feedKey: string | undefined;
}

const CONSTANT_FIELDS = new Set(['metadata.name', 'metadata.namespace']);

/** Reads the selectors of a watch. Throws a Refusal if one cannot be read or names a field that the kind does not offer. */
export const selectionOf = (resource: ApiResource, namespace: string, name: string, labelSelector: string, fieldSelector: string): Selection => {
  const labels = labelSelector === '' ? undefined : parseLabelSelector(labelSelector);
  if (labels !== undefined && 'error' in labels) throw new Refusal(badRequest(labels.error));
  const parsed = parseFieldSelector(fieldSelector);
  if ('error' in parsed) throw new Refusal(badRequest(parsed.error));
  const selectable = kindOfResource(resource.storedResource)?.strategy.selectableFields ?? {};
  for (const { field } of parsed.requirements) {
    if (!CONSTANT_FIELDS.has(field) && !Object.hasOwn(selectable, field)) throw new Refusal(badRequest(`field label not supported: ${field}`));
  }
  const fields = name === '' ? parsed.requirements : [...parsed.requirements, { field: 'metadata.name', operator: '=' as const, value: name }];
  const node = resource.storedResource === 'pods' ? requiredField(fields, 'spec.nodeName') : undefined;
  return {
    namespace,
    labels: labels?.selector,
    fields,
    fieldOf: (stored, field) => {
      if (field === 'metadata.name') return stored.header.name;
      if (field === 'metadata.namespace') return stored.header.namespace;
      return selectable[field]?.(stored.value) ?? '';
    },
    changes: labels !== undefined || fields.some(({ field }) => !CONSTANT_FIELDS.has(field)),
    feedKey: node ? `spec.nodeName=${node}` : undefined,
  };
};

export const isSelected = (selection: Selection, stored: Stored): boolean => {
  if (selection.namespace !== '' && stored.header.namespace !== selection.namespace) return false;
  if (selection.labels !== undefined && !matches(selection.labels, stored.header.labels)) return false;
  return selection.fields.length === 0 || matchesFields(selection.fields, (field) => selection.fieldOf(stored, field));
};
