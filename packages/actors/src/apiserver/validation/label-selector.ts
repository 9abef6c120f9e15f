import { forbidden, invalid, required } from '../../api/field-error.js';
import type { LabelSelector } from '../../api/generated/types.js';
import { labelKeyErrors, labelValueErrors } from '../../api/names.js';
import { type Findings, labelMap, named } from './values.js';

/** meta/v1/validation.ValidateLabelSelector. */
export const labelSelectorErrors = (out: Findings, path: string, selector: LabelSelector | undefined | null): void => {
  if (selector === undefined || selector === null) return;
  labelMap(out, `${path}.matchLabels`, selector.matchLabels);
  (selector.matchExpressions ?? []).forEach((expression, i) => {
    const at = `${path}.matchExpressions[${i}]`;
    const values = expression.values ?? [];
    switch (expression.operator) {
      case 'In':
      case 'NotIn':
        if (values.length === 0) out.push(required(`${at}.values`, "must be specified when `operator` is 'In' or 'NotIn'"));
        break;
      case 'Exists':
      case 'DoesNotExist':
        if (values.length > 0) out.push(forbidden(`${at}.values`, "may not be specified when `operator` is 'Exists' or 'DoesNotExist'"));
        break;
      default:
        out.push(invalid(`${at}.operator`, expression.operator, 'not a valid selector operator'));
    }
    named(out, `${at}.key`, expression.key, labelKeyErrors);
    values.forEach((value, at2) => named(out, `${at}.values[${at2}]`, value, labelValueErrors));
  });
};
