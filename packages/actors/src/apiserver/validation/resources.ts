import { duplicate, fieldNotFound, forbidden, invalid, notSupported, required } from '../../api/field-error.js';
import type { Container, PodResourceClaim, ResourceRequirements } from '../../api/generated/types.js';
import { qualifiedNameErrors } from '../../api/names.js';
import { compareQuantities, quantity } from '../../api/quantity.js';
import { textAt } from '../../api/chosen-keys.js';
import { type Findings, keyed, named } from './values.js';

const STANDARD = new Set(['cpu', 'memory', 'ephemeral-storage']);
const hugePages = (name: string): boolean => name.startsWith('hugepages-');
const isStandard = (name: string): boolean => STANDARD.has(name) || hugePages(name);
const KNOWN = new Set([...STANDARD, 'storage', 'pods', 'services', 'replicationcontrollers', 'resourcequotas', 'secrets', 'configmaps', 'persistentvolumeclaims', 'services.nodeports', 'services.loadbalancers', 'requests.cpu', 'requests.memory', 'limits.cpu', 'limits.memory']);
/** Extended resources cannot be shared: what is asked for is what is given. */
const isExtended = (name: string): boolean => name.includes('/') && !name.startsWith('kubernetes.io/') && !name.startsWith('requests.');
const isIntegral = (name: string): boolean => isExtended(name) || name === 'pods' || hugePages(name);

/** validateContainerResourceName. */
const nameErrors = (out: Findings, path: string, name: string): void => {
  const found = qualifiedNameErrors(name);
  named(out, path, name, qualifiedNameErrors);
  if (name.includes('/')) return;
  if (found.length === 0 && !KNOWN.has(name) && !hugePages(name)) out.push(invalid(path, name, 'must be a standard resource type or fully qualified'));
  if (!isStandard(name)) out.push(invalid(path, name, 'must be a standard resource for containers'));
};

const valueErrors = (out: Findings, path: string, name: string, text: string): void => {
  const amount = quantity(text);
  if (amount.nano < 0n) out.push(invalid(path, text, 'must be greater than or equal to 0'));
  if (hugePages(name)) {
    const size = name.slice('hugepages-'.length);
    const unit = quantity(size).nano;
    if (unit > 0n && (amount.nano % unit !== 0n || amount.nano < 0n)) out.push(invalid(path, text, `${text} is not positive integer multiple of ${name}`));
  } else if (isIntegral(name) && amount.milliValue % 1000 !== 0) out.push(invalid(path, amount.text, 'must be an integer'));
};

/** ValidateContainerResourceRequirements. */
export const resourceErrors = (out: Findings, path: string, resources: ResourceRequirements | undefined, claims: readonly PodResourceClaim[] | undefined): void => {
  if (resources === undefined || resources === null) return;
  const { limits = {}, requests = {} } = resources;
  let pages = false;
  let compute = false;
  const look = (name: string): void => {
    if (hugePages(name)) pages = true;
    if (name === 'cpu' || name === 'memory') compute = true;
  };
  for (const name of Object.keys(limits).sort()) {
    nameErrors(out, keyed(`${path}.limits`, name), name);
    valueErrors(out, keyed(`${path}.limits`, name), name, limits[name] as string);
    look(name);
  }
  for (const name of Object.keys(requests).sort()) {
    nameErrors(out, keyed(`${path}.requests`, name), name);
    valueErrors(out, keyed(`${path}.requests`, name), name, requests[name] as string);
    const limit = textAt(limits, name);
    const request = requests[name] as string;
    const whole = isExtended(name) || hugePages(name);
    if (limit !== undefined) {
      if (whole && compareQuantities(request, limit) !== 0) out.push(invalid(`${path}.requests`, request, `must be equal to ${name} limit of ${limit}`));
      else if (compareQuantities(request, limit) > 0) out.push(invalid(`${path}.requests`, request, `must be less than or equal to ${name} limit of ${limit}`));
    } else if (whole) out.push(required(`${path}.limits`, 'Limit must be set for non overcommitable resources'));
    look(name);
  }
  if (pages && !compute) out.push(forbidden(path, 'HugePages require cpu or memory'));
  const seen = new Set<string>();
  (resources.claims ?? []).forEach((claim, i) => {
    const at = `${path}.claims[${i}]`;
    if (claim.name === '') out.push(required(`${at}.name`));
    else if (seen.has(claim.name)) out.push(duplicate(`${at}.name`, claim.name));
    else if (!(claims ?? []).some((candidate) => candidate.name === claim.name)) {
      out.push(fieldNotFound(at, claim.name, `must be one of the names in pod.spec.resourceClaims${(claims ?? []).length === 0 ? ' which is empty' : ''}`));
    }
    seen.add(claim.name);
  });
};

export const resizeErrors = (out: Findings, path: string, container: Container): void => {
  const seen = new Set<string>();
  (container.resizePolicy ?? []).forEach((policy, i) => {
    if (seen.has(policy.resourceName)) out.push(duplicate(`${path}.resizePolicy[${i}]`, policy.resourceName));
    seen.add(policy.resourceName);
    if (policy.resourceName !== 'cpu' && policy.resourceName !== 'memory') out.push(notSupported(`${path}.resizePolicy`, policy.resourceName, ['cpu', 'memory']));
    if (policy.restartPolicy !== 'NotRequired' && policy.restartPolicy !== 'RestartContainer') out.push(notSupported(`${path}.resizePolicy`, policy.restartPolicy, ['NotRequired', 'RestartContainer']));
  });
};

/** Resources of the pod as a whole know CPU, memory and huge pages alone. */
export const podResourceErrors = (out: Findings, path: string, resources: ResourceRequirements | undefined): void => {
  for (const part of ['limits', 'requests'] as const) {
    for (const name of Object.keys(resources?.[part] ?? {}).sort()) {
      if (name !== 'cpu' && name !== 'memory' && !hugePages(name)) out.push(notSupported(keyed(`${path}.${part}`, name), name, ['cpu', 'hugepages-', 'memory']));
    }
  }
};
