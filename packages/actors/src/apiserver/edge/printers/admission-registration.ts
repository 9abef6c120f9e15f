import type { LabelSelector, MutatingAdmissionPolicy, MutatingAdmissionPolicyBinding, MutatingWebhookConfiguration, ParamRef, ValidatingAdmissionPolicy, ValidatingAdmissionPolicyBinding, ValidatingWebhookConfiguration } from '../../../api/generated/types.js';
import { ageSince } from './age.js';
import { definePrinter } from './printer.js';

const GROUP = 'admissionregistration.k8s.io';

const paramKind = (kind: { readonly apiVersion?: string; readonly kind?: string } | undefined): string => (kind ? `${kind.apiVersion ?? ''}/${kind.kind ?? ''}` : '<unset>');

/** A parameter by its name, or by a selector as Go prints it. */
const paramRef = (reference: ParamRef | undefined): string => {
  if (reference === undefined) return '<unset>';
  if (reference.name) return `${reference.namespace || '*'}/${reference.name}`;
  return reference.selector === undefined ? '<unset>' : goSelector(reference.selector);
};

const goSelector = ({ matchLabels, matchExpressions }: LabelSelector): string => {
  const labels = Object.entries(matchLabels ?? {}).sort().map(([key, value]) => `${key}: ${value},`).join('');
  const expressions = (matchExpressions ?? []).map(({ key, operator, values }) => `LabelSelectorRequirement{Key:${key},Operator:${operator},Values:[${(values ?? []).join(' ')}],},`).join('');
  return `&LabelSelector{MatchLabels:map[string]string{${labels}},MatchExpressions:[]LabelSelectorRequirement{${expressions}},}`;
};

export const mutatingAdmissionPolicyPrinter = definePrinter<MutatingAdmissionPolicy>({
  resource: `mutatingadmissionpolicies.${GROUP}`,
  cells: ({ metadata, spec }, now) => [metadata.name ?? '', spec?.mutations?.length ?? 0, paramKind(spec?.paramKind), ageSince(metadata.creationTimestamp, now)],
});
export const validatingAdmissionPolicyPrinter = definePrinter<ValidatingAdmissionPolicy>({
  resource: `validatingadmissionpolicies.${GROUP}`,
  cells: ({ metadata, spec }, now) => [metadata.name ?? '', spec?.validations?.length ?? 0, paramKind(spec?.paramKind), ageSince(metadata.creationTimestamp, now)],
});
export const mutatingAdmissionPolicyBindingPrinter = definePrinter<MutatingAdmissionPolicyBinding>({
  resource: `mutatingadmissionpolicybindings.${GROUP}`,
  cells: ({ metadata, spec }, now) => [metadata.name ?? '', spec?.policyName ?? '', paramRef(spec?.paramRef), ageSince(metadata.creationTimestamp, now)],
});
export const validatingAdmissionPolicyBindingPrinter = definePrinter<ValidatingAdmissionPolicyBinding>({
  resource: `validatingadmissionpolicybindings.${GROUP}`,
  cells: ({ metadata, spec }, now) => [metadata.name ?? '', spec?.policyName ?? '', paramRef(spec?.paramRef), ageSince(metadata.creationTimestamp, now)],
});
export const mutatingWebhookConfigurationPrinter = definePrinter<MutatingWebhookConfiguration>({
  resource: `mutatingwebhookconfigurations.${GROUP}`,
  cells: ({ metadata, webhooks }, now) => [metadata.name ?? '', webhooks?.length ?? 0, ageSince(metadata.creationTimestamp, now)],
});
export const validatingWebhookConfigurationPrinter = definePrinter<ValidatingWebhookConfiguration>({
  resource: `validatingwebhookconfigurations.${GROUP}`,
  cells: ({ metadata, webhooks }, now) => [metadata.name ?? '', webhooks?.length ?? 0, ageSince(metadata.creationTimestamp, now)],
});
