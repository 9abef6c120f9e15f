import { duplicate, fieldNotFound, forbidden, invalid, required } from '../../api/field-error.js';
import type { Container, ContainerPort, PodSpec, Volume, VolumeMount } from '../../api/generated/types.js';
import { dns1123LabelErrors } from '../../api/names.js';
import { environmentErrors, environmentSourceErrors } from './environment.js';
import { lifecycleErrors } from './probes.js';
import { resizeErrors, resourceErrors } from './resources.js';
import { securityErrors } from './security.js';
import { type Findings, oneOf, portNameErrors, portNumber, named } from './values.js';

const PULL = ['Always', 'IfNotPresent', 'Never'];
const MESSAGES = ['File', 'FallbackToLogsOnError'];

const portErrors = (out: Findings, path: string, ports: readonly ContainerPort[] | undefined, hostPorts: Set<string>, hostNetwork: boolean): void => {
  const names = new Set<string>();
  (ports ?? []).forEach((port, i) => {
    const at = `${path}[${i}]`;
    if (port.name !== undefined && port.name !== '') {
      const errors = portNameErrors(port.name);
      for (const text of errors) out.push(invalid(`${at}.name`, port.name, text));
      if (errors.length === 0) {
        if (names.has(port.name)) out.push(duplicate(`${at}.name`, port.name));
        names.add(port.name);
      }
    }
    if (port.containerPort === 0 || port.containerPort === undefined) out.push(required(`${at}.containerPort`));
    else for (const text of portNumber(port.containerPort)) out.push(invalid(`${at}.containerPort`, port.containerPort, text));
    if (port.hostPort !== undefined && port.hostPort !== 0) for (const text of portNumber(port.hostPort)) out.push(invalid(`${at}.hostPort`, port.hostPort, text));
    oneOf(out, `${at}.protocol`, port.protocol, ['SCTP', 'TCP', 'UDP']);
    if (hostNetwork && port.hostPort !== undefined && port.hostPort !== 0 && port.hostPort !== port.containerPort) {
      out.push(invalid(`${at}.hostPort`, port.hostPort, 'must match `containerPort` when `hostNetwork` is true'));
    }
  });
  (ports ?? []).forEach((port, i) => {
    if (port.hostPort === undefined || port.hostPort === 0) return;
    const key = `${port.protocol}/${port.hostIP ?? ''}/${port.hostPort}`;
    if (hostPorts.has(key)) out.push(duplicate(`${path}[${i}].hostPort`, key));
    hostPorts.add(key);
  });
};

const localPath = (out: Findings, path: string, value: string): void => {
  if (value.startsWith('/')) out.push(invalid(path, value, 'must be a relative path'));
  if (value.split('/').includes('..')) out.push(invalid(path, value, "must not contain '..'"));
};

const mountErrors = (out: Findings, path: string, mounts: readonly VolumeMount[] | undefined, volumes: ReadonlyMap<string, Volume>, container: Container): void => {
  const paths = new Set<string>();
  const devices = new Map((container.volumeDevices ?? []).map((device) => [device.name, device.devicePath]));
  (mounts ?? []).forEach((mount, i) => {
    const at = `${path}[${i}]`;
    if (mount.name === '') out.push(required(`${at}.name`));
    else if (!volumes.has(mount.name)) out.push(fieldNotFound(`${at}.name`, mount.name));
    if (mount.mountPath === '') out.push(required(`${at}.mountPath`));
    if (paths.has(mount.mountPath)) out.push(invalid(`${at}.mountPath`, mount.mountPath, 'must be unique'));
    paths.add(mount.mountPath);
    if (devices.has(mount.name)) out.push(invalid(`${at}.name`, mount.name, 'must not already exist in volumeDevices'));
    if ((mount.subPath ?? '') !== '') localPath(out, `${path}.subPath`, mount.subPath as string);
    if ((mount.subPathExpr ?? '') !== '') {
      if ((mount.subPath ?? '') !== '') out.push(invalid(`${at}.subPathExpr`, mount.subPathExpr, 'subPathExpr and subPath are mutually exclusive'));
      localPath(out, `${path}.subPathExpr`, mount.subPathExpr as string);
    }
    if (mount.mountPropagation !== undefined) {
      oneOf(out, `${path}.mountPropagation`, mount.mountPropagation, ['Bidirectional', 'HostToContainer', 'None']);
      if (mount.mountPropagation === 'Bidirectional' && container.securityContext?.privileged !== true) {
        out.push(forbidden(`${path}.mountPropagation`, 'Bidirectional mount propagation is available only to privileged containers'));
      }
    }
  });
};

const deviceErrors = (out: Findings, path: string, container: Container, volumes: ReadonlyMap<string, Volume>): void => {
  const paths = new Set<string>();
  (container.volumeDevices ?? []).forEach((device, i) => {
    const at = `${path}[${i}]`;
    const volume = volumes.get(device.name);
    if (device.name === '') out.push(required(`${at}.name`));
    else if (volume === undefined) out.push(fieldNotFound(`${at}.name`, device.name));
    else if (volume.persistentVolumeClaim === undefined && volume.ephemeral === undefined) out.push(invalid(`${at}.name`, device.name, 'can only use volume source type of PersistentVolumeClaim or Ephemeral for block mode'));
    if (device.devicePath === '') out.push(required(`${at}.devicePath`));
    else if (paths.has(device.devicePath)) out.push(invalid(`${at}.devicePath`, device.devicePath, 'must be unique'));
    paths.add(device.devicePath);
  });
};

/** What all containers have in common (validateContainerCommon). */
const containerErrors = (out: Findings, path: string, container: Container, spec: PodSpec, volumes: ReadonlyMap<string, Volume>, hostPorts: Set<string>): void => {
  const { name, image } = container;
  if (name === undefined || name === '') out.push(required(`${path}.name`));
  else named(out, `${path}.name`, name, dns1123LabelErrors);
  if (image === undefined || image === '') out.push(required(`${path}.image`));
  else if (image.trim() !== image) out.push(invalid(`${path}.image`, image, 'must not have leading or trailing whitespace'));
  oneOf(out, `${path}.terminationMessagePolicy`, container.terminationMessagePolicy, MESSAGES, MESSAGES);
  portErrors(out, `${path}.ports`, container.ports, hostPorts, spec.hostNetwork === true);
  environmentErrors(out, `${path}.env`, container.env);
  environmentSourceErrors(out, `${path}.envFrom`, container.envFrom);
  mountErrors(out, `${path}.volumeMounts`, container.volumeMounts, volumes, container);
  deviceErrors(out, `${path}.volumeDevices`, container, volumes);
  oneOf(out, `${path}.imagePullPolicy`, container.imagePullPolicy, PULL);
  resourceErrors(out, `${path}.resources`, container.resources, spec.resourceClaims);
  resizeErrors(out, path, container);
  securityErrors(out, `${path}.securityContext`, container.securityContext);
};

/** The containers of a pod: names are unique among all of them. */
export const allContainerErrors = (out: Findings, path: string, spec: PodSpec, volumes: ReadonlyMap<string, Volume>): void => {
  const names = new Set<string>();
  const grace = spec.terminationGracePeriodSeconds;
  const containers = spec.containers ?? [];
  if (containers.length === 0) out.push(required(`${path}.containers`));
  containers.forEach((container, i) => {
    const at = `${path}.containers[${i}]`;
    containerErrors(out, at, container, spec, volumes, new Set());
    if ((container.name ?? '') !== '') {
      if (names.has(container.name)) out.push(duplicate(`${at}.name`, container.name));
      names.add(container.name);
    }
    lifecycleErrors(out, at, container, grace);
    oneOf(out, `${at}.restartPolicy`, container.restartPolicy, ['Always', 'Never', 'OnFailure']);
  });
  (spec.initContainers ?? []).forEach((container, i) => {
    const at = `${path}.initContainers[${i}]`;
    containerErrors(out, at, container, spec, volumes, new Set());
    oneOf(out, `${at}.restartPolicy`, container.restartPolicy, ['Always', 'Never', 'OnFailure']);
    if ((container.name ?? '') !== '') {
      if (names.has(container.name)) out.push(duplicate(`${at}.name`, container.name));
      names.add(container.name);
    }
    // A sidecar lives as long as the pod and may be probed; what ends may not.
    if (container.restartPolicy === 'Always') return lifecycleErrors(out, at, container, grace);
    for (const field of ['lifecycle', 'livenessProbe', 'readinessProbe', 'startupProbe'] as const) {
      if (container[field] !== undefined) out.push(forbidden(`${at}.${field}`, 'may not be set for init containers without restartPolicy=Always'));
    }
  });
};
