import { invalid, notSupported, required } from '../../api/field-error.js';
import type { EnvFromSource, EnvVar, ObjectFieldSelector, ResourceFieldSelector } from '../../api/generated/types.js';
import { dns1123SubdomainErrors, qualifiedNameErrors } from '../../api/names.js';
import { quantity } from '../../api/quantity.js';
import { configKeyErrors, type Findings, named, requiredName } from './values.js';

const ENV_FIELDS = ['metadata.name', 'metadata.namespace', 'metadata.uid', 'spec.nodeName', 'spec.serviceAccountName', 'status.hostIP', 'status.hostIPs', 'status.podIP', 'status.podIPs'];
const ENV_RESOURCES = ['limits.cpu', 'limits.ephemeral-storage', 'limits.memory', 'requests.cpu', 'requests.ephemeral-storage', 'requests.memory'];
export const VOLUME_FIELDS = ['metadata.annotations', 'metadata.labels', 'metadata.name', 'metadata.namespace', 'metadata.uid'];
/** The paths that a downward API may name at all. */
const KNOWN_FIELDS = new Set([...ENV_FIELDS, ...VOLUME_FIELDS]);

const variableNameErrors = (name: string): readonly string[] =>
  /^[\x20-\x3c\x3e-\x7e]+$/.test(name) ? [] : ["a valid environment variable name must consist only of printable ASCII characters other than '='"];

export const environmentErrors = (out: Findings, path: string, variables: readonly EnvVar[] | undefined): void => {
  (variables ?? []).forEach((variable, i) => {
    const at = `${path}[${i}]`;
    requiredName(out, `${at}.name`, variable.name, variableNameErrors);
    const source = variable.valueFrom;
    if (source === undefined) return;
    const from = `${at}.valueFrom`;
    const named = [source.fieldRef, source.resourceFieldRef, source.configMapKeyRef, source.secretKeyRef, (source as { readonly fileKeyRef?: unknown }).fileKeyRef].filter((part) => part !== undefined).length;
    if (source.fieldRef !== undefined) fieldReference(out, `${from}.fieldRef`, source.fieldRef, ENV_FIELDS);
    if (source.resourceFieldRef !== undefined) resourceReference(out, `${from}.resourceFieldRef`, source.resourceFieldRef);
    if (source.configMapKeyRef !== undefined) keyReference(out, `${from}.configMapKeyRef`, source.configMapKeyRef);
    if (source.secretKeyRef !== undefined) keyReference(out, `${from}.secretKeyRef`, source.secretKeyRef);
    if (named === 0) out.push(invalid(from, '', 'must specify one of: `fieldRef`, `resourceFieldRef`, `configMapKeyRef`, `secretKeyRef` or `fileKeyRef`'));
    else if ((variable.value ?? '') !== '') out.push(invalid(from, '', 'may not be specified when `value` is not empty'));
    else if (named > 1) out.push(invalid(from, '', 'may not have more than one field specified at a time'));
  });
};

export const environmentSourceErrors = (out: Findings, path: string, sources: readonly EnvFromSource[] | undefined): void => {
  (sources ?? []).forEach((source, i) => {
    const at = `${path}[${i}]`;
    if ((source.prefix ?? '') !== '') named(out, `${at}.prefix`, source.prefix as string, variableNameErrors);
    if (source.configMapRef !== undefined) requiredName(out, `${at}.configMapRef.name`, source.configMapRef.name, dns1123SubdomainErrors);
    if (source.secretRef !== undefined) requiredName(out, `${at}.secretRef.name`, source.secretRef.name, dns1123SubdomainErrors);
    const count = (source.configMapRef === undefined ? 0 : 1) + (source.secretRef === undefined ? 0 : 1);
    if (count === 0) out.push(invalid(path, '', 'must specify one of: `configMapRef` or `secretRef`'));
    else if (count > 1) out.push(invalid(path, '', 'may not have more than one field specified at a time'));
  });
};

const keyReference = (out: Findings, path: string, reference: { readonly name?: string; readonly key: string }): void => {
  named(out, `${path}.name`, reference.name ?? '', dns1123SubdomainErrors);
  requiredName(out, `${path}.key`, reference.key, configKeyErrors);
};

export const fieldReference = (out: Findings, path: string, reference: ObjectFieldSelector, allowed: readonly string[]): void => {
  const { fieldPath } = reference;
  if ((reference.apiVersion ?? '') === '') out.push(required(`${path}.apiVersion`));
  else if ((fieldPath ?? '') === '') out.push(required(`${path}.fieldPath`));
  else {
    const subscript = /^(metadata\.(?:labels|annotations))\['(.*)'\]$/.exec(fieldPath);
    if (subscript !== null) named(out, path, subscript[2] ?? '', qualifiedNameErrors);
    else if (!KNOWN_FIELDS.has(fieldPath)) out.push(invalid(`${path}.fieldPath`, fieldPath, `error converting fieldPath: field label not supported: ${fieldPath}`));
    else if (!allowed.includes(fieldPath)) out.push(notSupported(`${path}.fieldPath`, fieldPath, [...allowed].sort()));
  }
};

export const resourceReference = (out: Findings, path: string, reference: ResourceFieldSelector): void => {
  if ((reference.resource ?? '') === '') out.push(required(`${path}.resource`));
  else if (!ENV_RESOURCES.includes(reference.resource) && !/^(limits|requests)\.hugepages-/.test(reference.resource)) out.push(notSupported(`${path}.resource`, reference.resource, ENV_RESOURCES));
  else divisorErrors(out, path, reference);
};

const MEMORY_DIVISORS = ['1', '1k', '1M', '1G', '1T', '1P', '1E', '1Ki', '1Mi', '1Gi', '1Ti', '1Pi', '1Ei'];

const divisorErrors = (out: Findings, path: string, { resource, divisor }: ResourceFieldSelector): void => {
  if (divisor === undefined || quantity(divisor).nano === 0n) return;
  const text = quantity(divisor).text;
  if (resource.endsWith('.cpu')) {
    if (text !== '1m' && text !== '1') out.push(invalid(`${path}.divisor`, resource, "only divisor's values 1m and 1 are supported with the cpu resource"));
  } else if (!MEMORY_DIVISORS.includes(text)) {
    const what = resource.endsWith('.memory') ? 'memory' : resource.endsWith('.ephemeral-storage') ? 'local ephemeral storage' : 'hugepages';
    out.push(invalid(`${path}.divisor`, resource, `only divisor's values 1, 1k, 1M, 1G, 1T, 1P, 1E, 1Ki, 1Mi, 1Gi, 1Ti, 1Pi, 1Ei are supported with the ${what} resource`));
  }
};
