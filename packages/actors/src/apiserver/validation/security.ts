import { duplicate, forbidden, invalid, required } from '../../api/field-error.js';
import type { AppArmorProfile, PodSecurityContext, PodSpec, SeccompProfile, SecurityContext } from '../../api/generated/types.js';
import { type Findings, oneOf } from './values.js';

const ID_RANGE = 'must be between 0 and 2147483647, inclusive';
const identity = (out: Findings, path: string, value: number | undefined | null): void => {
  if (value !== undefined && value !== null && (value < 0 || value > 2_147_483_647)) out.push(invalid(path, value, ID_RANGE));
};

const seccompErrors = (out: Findings, path: string, profile: SeccompProfile | undefined): void => {
  if (profile === undefined) return;
  oneOf(out, `${path}.type`, profile.type, ['Localhost', 'RuntimeDefault', 'Unconfined']);
  if (profile.type === 'Localhost') {
    if ((profile.localhostProfile ?? '') === '') out.push(required(`${path}.localhostProfile`, 'must be set when seccomp type is Localhost'));
  } else if (profile.localhostProfile !== undefined && ['RuntimeDefault', 'Unconfined'].includes(profile.type)) {
    out.push(invalid(`${path}.localhostProfile`, { Type: profile.type, LocalhostProfile: profile.localhostProfile }, 'can only be set when seccomp type is Localhost'));
  }
};

const appArmorErrors = (out: Findings, path: string, profile: AppArmorProfile | undefined): void => {
  if (profile === undefined) return;
  oneOf(out, `${path}.type`, profile.type, ['Localhost', 'RuntimeDefault', 'Unconfined']);
  const { localhostProfile } = profile;
  if (profile.type === 'Localhost') {
    if (localhostProfile === undefined) out.push(required(`${path}.localhostProfile`, 'must be set when AppArmor type is Localhost'));
    else if (localhostProfile.trim() !== localhostProfile) out.push(invalid(`${path}.localhostProfile`, localhostProfile, 'must not be padded with whitespace'));
  } else if (localhostProfile !== undefined) out.push(invalid(`${path}.localhostProfile`, localhostProfile, 'can only be set when AppArmor type is Localhost'));
};

const SYSCTL = '^([a-z0-9]([-_a-z0-9]*[a-z0-9])?[\\./])*[a-z0-9]([-_a-z0-9]*[a-z0-9])?$';
const sysctlPattern = new RegExp(SYSCTL);

export const podSecurityErrors = (out: Findings, path: string, security: PodSecurityContext | undefined, spec: PodSpec): void => {
  if (security === undefined) return;
  identity(out, `${path}.fsGroup`, security.fsGroup);
  identity(out, `${path}.runAsUser`, security.runAsUser);
  identity(out, `${path}.runAsGroup`, security.runAsGroup);
  (security.supplementalGroups ?? []).forEach((group, i) => identity(out, `${path}.supplementalGroups[${i}]`, group));
  if (spec.shareProcessNamespace === true && spec.hostPID === true) out.push(invalid(`${path}.shareProcessNamespace`, true, 'ShareProcessNamespace and HostPID cannot both be enabled'));
  const seen = new Set<string>();
  (security.sysctls ?? []).forEach((sysctl, i) => {
    const at = `${path}.sysctls[${i}].name`;
    if (sysctl.name === '') out.push(required(at));
    else if (sysctl.name.length > 253 || !sysctlPattern.test(sysctl.name)) out.push(invalid(at, sysctl.name, `must have at most 253 characters and match regex ${SYSCTL}`));
    else if (seen.has(sysctl.name)) out.push(duplicate(at, sysctl.name));
    seen.add(sysctl.name);
  });
  oneOf(out, `${path}.fsGroupChangePolicy`, security.fsGroupChangePolicy, ['Always', 'OnRootMismatch']);
  seccompErrors(out, `${path}.seccompProfile`, security.seccompProfile);
  appArmorErrors(out, `${path}.appArmorProfile`, security.appArmorProfile);
  const process = (security.windowsOptions as { readonly hostProcess?: boolean } | undefined)?.hostProcess;
  if (process === true && spec.hostNetwork !== true) out.push(invalid('spec.hostNetwork', false, 'hostNetwork must be true if pod contains any hostProcess containers'));
  if (spec.os?.name === 'windows') {
    for (const field of ['appArmorProfile', 'seLinuxOptions', 'fsGroup', 'fsGroupChangePolicy', 'sysctls', 'runAsUser', 'runAsGroup', 'supplementalGroups', 'seccompProfile'] as const) {
      if (security[field] !== undefined && !(field === 'fsGroup' && security.fsGroup === null)) out.push(forbidden(`${path}.${field}`, 'cannot be set for a windows pod'));
    }
  }
};

/** The struct as the server's internal type prints it. */
const shown = (security: SecurityContext): unknown => ({
  Capabilities: security.capabilities === undefined ? null : { Add: security.capabilities.add ?? null, Drop: security.capabilities.drop ?? null },
  Privileged: security.privileged ?? null,
  SELinuxOptions: security.seLinuxOptions ?? null,
  WindowsOptions: security.windowsOptions ?? null,
  RunAsUser: security.runAsUser ?? null,
  RunAsGroup: security.runAsGroup ?? null,
  RunAsNonRoot: security.runAsNonRoot ?? null,
  ReadOnlyRootFilesystem: security.readOnlyRootFilesystem ?? null,
  AllowPrivilegeEscalation: security.allowPrivilegeEscalation ?? null,
  ProcMount: security.procMount ?? null,
  SeccompProfile: security.seccompProfile ?? null,
  AppArmorProfile: security.appArmorProfile ?? null,
});

export const securityErrors = (out: Findings, path: string, security: SecurityContext | undefined): void => {
  if (security === undefined) return;
  identity(out, `${path}.runAsUser`, security.runAsUser);
  identity(out, `${path}.runAsGroup`, security.runAsGroup);
  oneOf(out, `${path}.procMount`, security.procMount, ['Default', 'Unmasked']);
  seccompErrors(out, `${path}.seccompProfile`, security.seccompProfile);
  if (security.allowPrivilegeEscalation === false) {
    if (security.privileged === true) out.push(invalid(path, shown(security), 'cannot set `allowPrivilegeEscalation` to false and `privileged` to true'));
    if ((security.capabilities?.add ?? []).some((capability) => capability === 'CAP_SYS_ADMIN')) {
      out.push(invalid(path, shown(security), 'cannot set `allowPrivilegeEscalation` to false and `capabilities.Add` CAP_SYS_ADMIN'));
    }
  }
  appArmorErrors(out, `${path}.appArmorProfile`, security.appArmorProfile);
};
