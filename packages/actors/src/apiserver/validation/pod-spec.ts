import { duplicate, type FieldError, forbidden, invalid, required } from '../../api/field-error.js';
import type { PodDNSConfig, PodSpec } from '../../api/generated/types.js';
import { dns1123LabelErrors, dns1123SubdomainErrors, qualifiedNameErrors } from '../../api/names.js';
import { remembered } from '../remembered.js';
import { affinityErrors, spreadErrors, tolerationErrors } from './affinity.js';
import { allContainerErrors } from './containers.js';
import { podResourceErrors } from './resources.js';
import { podSecurityErrors } from './security.js';
import { type Findings, ipErrors, labelMap, named, oneOf } from './values.js';
import { volumeErrors } from './volumes.js';

const RESTART = ['Always', 'OnFailure', 'Never'];
const DNS = ['ClusterFirstWithHostNet', 'ClusterFirst', 'Default', 'None'];
const SEARCH_TEXT = '_?[a-z0-9]([-_a-z0-9]*[a-z0-9])?(\\._?[a-z0-9]([-_a-z0-9]*[a-z0-9])?)*';
const searchPattern = new RegExp(`^${SEARCH_TEXT}$`);
/** Limits of a resolver's configuration (pkg/apis/core/validation). */
const MAX_NAMESERVERS = 3;
const MAX_SEARCHES = 32;
const MAX_SEARCH_CHARACTERS = 2048;

const searchErrors = (name: string): readonly string[] =>
  searchPattern.test(name) ? [] : [`a lowercase RFC 1123 subdomain must consist of lower case alphanumeric characters, '_', '-' or '.', and must start and end with an alphanumeric character (e.g. 'example.com', regex used for validation is '${SEARCH_TEXT}')`];

const dnsErrors = (out: Findings, path: string, policy: string | undefined, config: PodDNSConfig | undefined): void => {
  if (policy === 'None') {
    if (config === undefined) {
      out.push(required(path, 'must provide `dnsConfig` when `dnsPolicy` is None'));
      return;
    }
    if ((config.nameservers ?? []).length === 0) out.push(required(`${path}.nameservers`, 'must provide at least one DNS nameserver when `dnsPolicy` is None'));
  }
  if (config === undefined) return;
  const servers = config.nameservers ?? [];
  if (servers.length > MAX_NAMESERVERS) out.push(invalid(`${path}.nameservers`, servers, `must not have more than ${MAX_NAMESERVERS} nameservers`));
  servers.forEach((server, i) => named(out, `${path}.nameservers[${i}]`, server, ipErrors));
  const searches = config.searches ?? [];
  if (searches.length > MAX_SEARCHES) out.push(invalid(`${path}.searches`, searches, `must not have more than ${MAX_SEARCHES} search paths`));
  if (searches.join(' ').length > MAX_SEARCH_CHARACTERS) out.push(invalid(`${path}.searches`, searches, `must not have more than ${MAX_SEARCH_CHARACTERS} characters (including spaces) in the search list`));
  searches.forEach((search, i) => named(out, `${path}.searches[${i}]`, search !== '.' && search.endsWith('.') ? search.slice(0, -1) : search, search === '.' ? () => [] : searchErrors));
  (config.options ?? []).forEach((option, i) => {
    if ((option.name ?? '') === '') out.push(required(`${path}.options[${i}]`, 'must not be empty'));
  });
};

const NO_SPEC = {} as PodSpec;

/** ValidatePodSpec, for pods and for templates. What is built of its parts stands in files of their own beside this one. */
export const podSpecErrors = (out: Findings, path: string, spec: PodSpec | undefined): void => {
  if (spec === undefined || spec === null) return podSpecErrors(out, path, NO_SPEC);
  const volumes = volumeErrors(out, `${path}.volumes`, spec);
  allContainerErrors(out, path, spec, volumes);
  podResourceErrors(out, `${path}.resources`, spec.resources);
  oneOf(out, `${path}.restartPolicy`, spec.restartPolicy, RESTART, RESTART);
  oneOf(out, `${path}.dnsPolicy`, spec.dnsPolicy, DNS, DNS);
  labelMap(out, `${path}.nodeSelector`, spec.nodeSelector);
  podSecurityErrors(out, `${path}.securityContext`, spec.securityContext, spec);
  affinityErrors(out, `${path}.affinity`, spec.affinity);
  dnsErrors(out, `${path}.dnsConfig`, spec.dnsPolicy, spec.dnsConfig);
  (spec.readinessGates ?? []).forEach((gate, i) => named(out, `${path}.readinessGates[${i}].conditionType`, gate.conditionType, qualifiedNameErrors));
  const gates = new Set<string>();
  (spec.schedulingGates ?? []).forEach((gate, i) => {
    named(out, `${path}.schedulingGates[${i}]`, gate.name, qualifiedNameErrors);
    if (gates.has(gate.name)) out.push(duplicate(`${path}.schedulingGates[${i}]`, gate.name));
    gates.add(gate.name);
  });
  spreadErrors(out, `${path}.topologySpreadConstraints`, spec.topologySpreadConstraints);
  if ((spec.serviceAccountName ?? '') !== '') named(out, `${path}.serviceAccountName`, spec.serviceAccountName as string, dns1123SubdomainErrors);
  if ((spec.nodeName ?? '') !== '') named(out, `${path}.nodeName`, spec.nodeName as string, dns1123SubdomainErrors);
  const { activeDeadlineSeconds } = spec;
  if (activeDeadlineSeconds !== undefined && (activeDeadlineSeconds < 1 || activeDeadlineSeconds > 2_147_483_647)) {
    out.push(invalid(`${path}.activeDeadlineSeconds`, activeDeadlineSeconds, 'must be between 1 and 2147483647, inclusive'));
  }
  if ((spec.hostname ?? '') !== '') named(out, `${path}.hostname`, spec.hostname as string, dns1123LabelErrors);
  if ((spec.subdomain ?? '') !== '') named(out, `${path}.subdomain`, spec.subdomain as string, dns1123LabelErrors);
  tolerationErrors(out, `${path}.tolerations`, spec.tolerations);
  (spec.hostAliases ?? []).forEach((alias, i) => {
    named(out, `${path}.hostAliases[${i}].ip`, alias.ip, ipErrors);
    (alias.hostnames ?? []).forEach((name, k) => named(out, `${path}.hostAliases[${i}].hostnames[${k}]`, name, dns1123SubdomainErrors));
  });
  if ((spec.priorityClassName ?? '') !== '') named(out, `${path}.priorityClassName`, spec.priorityClassName as string, dns1123SubdomainErrors);
  if ((spec.runtimeClassName ?? '') !== '') named(out, `${path}.runtimeClassName`, spec.runtimeClassName as string, dns1123SubdomainErrors);
  oneOf(out, `${path}.preemptionPolicy`, spec.preemptionPolicy, ['Never', 'PreemptLowerPriority']);
  oneOf(out, `${path}.os`, spec.os?.name, ['linux', 'windows']);
  const override = (spec as { readonly hostnameOverride?: string }).hostnameOverride;
  if (override !== undefined) named(out, `${path}.hostnameOverride`, override, dns1123SubdomainErrors);
  (spec.resourceClaims ?? []).forEach((claim, i) => {
    if (claim.resourceClaimName !== undefined || claim.resourceClaimTemplateName !== undefined) return;
    out.push(invalid(`${path}.resourceClaims[${i}]`, { Name: claim.name, ResourceClaimName: null, ResourceClaimTemplateName: null }, 'must specify one of: `resourceClaimName`, `resourceClaimTemplateName`'));
  });
};

/** What is asked of a new pod beyond its spec (ValidatePodCreate). */
const newPodErrors = (out: Findings, { ephemeralContainers = [], schedulingGates = [], nodeName = '' }: PodSpec): void => {
  if (ephemeralContainers.length > 0) out.push(forbidden('spec.ephemeralContainers', 'cannot be set on create'));
  if (schedulingGates.length > 0 && nodeName !== '') out.push(forbidden('spec.nodeName', 'cannot be set until all schedulingGates have been cleared'));
};

/** `podSpecErrors` for the specs at one path: each is judged once, however many pods, templates and owners of templates hold it. */
export const podSpecFindings = (path: string): ((spec: PodSpec | null | undefined) => readonly FieldError[]) => {
  const findings = remembered((spec: PodSpec): readonly FieldError[] => {
    const out: FieldError[] = [];
    podSpecErrors(out, path, spec);
    if (path === 'spec') newPodErrors(out, spec);
    else if ((spec.ephemeralContainers ?? []).length > 0) out.push(forbidden(`${path}.ephemeralContainers`, 'ephemeral containers not allowed in pod template'));
    return out;
  });
  return (spec) => findings(spec ?? NO_SPEC);
};
