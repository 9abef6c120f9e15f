import { type FieldError, forbidden, invalid, notSupported, required } from '../../api/field-error.js';
import type { Lease, Namespace, Node, Taint } from '../../api/generated/types.js';
import { labelKeyErrors, labelValueErrors } from '../../api/names.js';
import { quantity } from '../../api/quantity.js';
import { deepEqual } from '../equality.js';
import { type Findings, isCidr, isIpv6, keyed, named, notNegative } from './values.js';

/** Namespace, Node and Lease. */

const LEVELS = ['privileged', 'baseline', 'restricted'];

/** The labels that Pod Security reads of a namespace (admission plugin PodSecurity). */
export const namespaceErrors = (namespace: Namespace): readonly FieldError[] => {
  const out: FieldError[] = [];
  for (const finalizer of namespace.spec?.finalizers ?? []) {
    if (finalizer !== 'kubernetes' && !finalizer.includes('/')) out.push(invalid('spec.finalizers', finalizer, 'name is neither a standard finalizer name nor is it fully qualified'));
  }
  const labels = namespace.metadata.labels ?? {};
  for (const mode of ['enforce', 'audit', 'warn']) {
    const key = `pod-security.kubernetes.io/${mode}`;
    const level = labels[key];
    if (level !== undefined && !LEVELS.includes(level)) out.push(invalid(keyed('metadata.labels', key), level, 'must be one of privileged, baseline, restricted'));
    const version = labels[`${key}-version`];
    if (version !== undefined && version !== 'latest' && !/^v1\.(0|[1-9][0-9]*)$/.test(version)) out.push(invalid(keyed('metadata.labels', `${key}-version`), version, 'must be "latest" or "v1.x"'));
  }
  return out;
};

export const namespaceStatusErrors = (namespace: Namespace): readonly FieldError[] => {
  const phase = namespace.status?.phase ?? '';
  if (namespace.metadata.deletionTimestamp === undefined) return phase === 'Active' ? [] : [invalid('status.Phase', phase, "may only be 'Active' if `deletionTimestamp` is empty")];
  return phase === 'Terminating' ? [] : [invalid('status.Phase', phase, "may only be 'Terminating' if `deletionTimestamp` is not empty")];
};

const EFFECTS = ['NoSchedule', 'PreferNoSchedule', 'NoExecute'];

const taintErrors = (out: Findings, path: string, taints: readonly Taint[] | undefined): void => {
  const seen = new Set<string>();
  (taints ?? []).forEach((taint, i) => {
    const at = `${path}[${i}]`;
    named(out, `${at}.key`, taint.key, labelKeyErrors);
    named(out, `${at}.value`, taint.value ?? '', labelValueErrors);
    if ((taint.effect ?? '') === '') out.push(required(`${at}.effect`));
    else if (!EFFECTS.includes(taint.effect)) out.push(notSupported(`${at}.effect`, taint.effect, EFFECTS));
    const key = `${taint.effect}/${taint.key}`;
    if (seen.has(key)) {
      const shown = JSON.stringify({ Key: taint.key, Value: taint.value ?? '', Effect: taint.effect, TimeAdded: taint.timeAdded ?? null });
      out.push({ type: 'Duplicate', field: at, message: `Duplicate value: ${shown}: taints must be unique by key and effect pair` });
    }
    seen.add(key);
  });
};

const podCidrErrors = (out: Findings, cidrs: readonly string[]): void => {
  cidrs.forEach((cidr, i) => {
    if (!isCidr(cidr)) out.push(invalid(`spec.podCIDRs[${i}]`, cidr, 'must be a valid CIDR value, (e.g. 10.9.8.0/24 or 2001:db8::/64)'));
  });
  const sixes = cidrs.filter((cidr) => isIpv6(cidr.split('/')[0] ?? '')).length;
  if (cidrs.length > 1 && (cidrs.length > 2 || sixes !== 1)) out.push(invalid('spec.podCIDRs', cidrs, 'may specify no more than one CIDR for each IP family'));
};

export const nodeErrors = (node: Node): readonly FieldError[] => {
  const out: FieldError[] = [];
  taintErrors(out, 'metadata.taints', node.spec?.taints);
  podCidrErrors(out, node.spec?.podCIDRs ?? ((node.spec?.podCIDR ?? '') === '' ? [] : [node.spec?.podCIDR as string]));
  return out;
};

export const nodeUpdateErrors = (node: Node, old: Node): readonly FieldError[] => {
  const out: FieldError[] = [];
  const spec = node.spec ?? {};
  const before = old.spec ?? {};
  if (spec !== before) {
    if ((before.podCIDRs ?? []).length > 0 && !deepEqual(spec.podCIDRs, before.podCIDRs)) out.push(forbidden('spec.podCIDRs', 'node updates may not change podCIDR except from "" to valid'));
    if ((before.providerID ?? '') !== '' && spec.providerID !== before.providerID) out.push(forbidden('spec.providerID', 'node updates may not change providerID except from "" to valid'));
    if (spec.taints !== before.taints) taintErrors(out, 'metadata.taints', spec.taints);
  }
  return out;
};

export const nodeStatusErrors = (node: Node, old: Node): readonly FieldError[] => {
  const out: FieldError[] = [];
  for (const list of ['capacity', 'allocatable'] as const) {
    const amounts = node.status?.[list];
    if (amounts === undefined || amounts === old.status?.[list]) continue;
    for (const name of Object.keys(amounts).sort()) {
      const amount = quantity(amounts[name] as string);
      if (amount.nano < 0n) out.push(invalid(`status.${list}.${name}`, amounts[name], 'must be greater than or equal to 0'));
      if (name.includes('/') && amount.milliValue % 1000 !== 0) out.push(invalid(`status.${list}.${name}`, amount.text, 'must be an integer'));
    }
  }
  return out;
};

export const leaseErrors = (lease: Lease): readonly FieldError[] => {
  const out: FieldError[] = [];
  const { spec } = lease;
  if (spec?.leaseDurationSeconds !== undefined && spec.leaseDurationSeconds <= 0) out.push(invalid('spec.leaseDurationSeconds', spec.leaseDurationSeconds, 'must be greater than 0'));
  notNegative(out, 'spec.leaseTransitions', spec?.leaseTransitions);
  return out;
};
