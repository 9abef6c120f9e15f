import type { Container, ContainerPort, DownwardAPIVolumeFile, EnvVar, EphemeralContainer, LifecycleHandler, PodSpec, Probe, ResourceRequirements, Volume } from '../../api/generated/types.js';
import { remembered } from '../remembered.js';
import { fill, within, withinEach } from './fill.js';

/** SetDefaults_* of core/v1 for what a pod template holds (pkg/apis/core/v1/defaults.go, Kubernetes 1.36). */

/** rw-r--r--, the mode of projected files. */
const FILE_MODE = 0o644;

const probeDefaults = (probe: Probe): Probe =>
  httpDefaults(within(fill(probe, { timeoutSeconds: 1, periodSeconds: 10, successThreshold: 1, failureThreshold: 3 }), 'grpc', (grpc) => (grpc.service ?? undefined) === undefined ? Object.assign({}, grpc, { service: '' }) : grpc));

const httpDefaults = <T extends LifecycleHandler>(handler: T): T => within(handler as LifecycleHandler, 'httpGet', (get) => fill(get, { path: '/', scheme: 'HTTP' })) as T;

const portDefaults = (port: ContainerPort): ContainerPort => fill(port, { protocol: 'TCP' });

const envDefaults = (env: EnvVar): EnvVar =>
  within(env, 'valueFrom', (source) => within(within(source, 'fieldRef', (ref) => fill(ref, { apiVersion: 'v1' })), 'resourceFieldRef', (ref) => fill(ref, { divisor: '0' })));

/** Without tag, or with the tag `latest`, an image is pulled each time; one that is named by digest is not. */
export const pullPolicy = (image: string): 'Always' | 'IfNotPresent' => {
  const at = image.indexOf('@');
  const name = at < 0 ? image : image.slice(0, at);
  const colon = name.indexOf(':', name.lastIndexOf('/') + 1);
  const tag = colon < 0 ? (at < 0 ? 'latest' : '') : name.slice(colon + 1);
  return tag === 'latest' ? 'Always' : 'IfNotPresent';
};

const NO_RESOURCES: ResourceRequirements = {};

export const containerDefaults = <T extends Container | EphemeralContainer>(container: T): T => {
  let filled = fill(container, {
    resources: NO_RESOURCES,
    terminationMessagePath: '/dev/termination-log',
    terminationMessagePolicy: 'File',
    imagePullPolicy: pullPolicy(container.image ?? ''),
  } as Partial<T>) as Container;
  filled = withinEach(filled, 'ports', portDefaults);
  filled = withinEach(filled, 'env', envDefaults);
  filled = within(filled, 'livenessProbe', probeDefaults);
  filled = within(filled, 'readinessProbe', probeDefaults);
  filled = within(filled, 'startupProbe', probeDefaults);
  return within(filled, 'lifecycle', (lifecycle) => within(within(lifecycle, 'postStart', httpDefaults), 'preStop', httpDefaults)) as T;
};

const downwardItem = (item: DownwardAPIVolumeFile): DownwardAPIVolumeFile => within(within(item, 'fieldRef', (ref) => fill(ref, { apiVersion: 'v1' })), 'resourceFieldRef', (ref) => fill(ref, { divisor: '0' }));

const hasSource = (volume: Volume): boolean => {
  for (const field in volume) if (field !== 'name' && (volume as unknown as Readonly<Record<string, unknown>>)[field] !== undefined) return true;
  return false;
};

const volumeDefaults = (volume: Volume): Volume => {
  if (!hasSource(volume)) return Object.assign({}, volume, { emptyDir: {} });
  let filled = within(volume, 'configMap', (source) => fill(source, { defaultMode: FILE_MODE }));
  filled = within(filled, 'secret', (source) => fill(source, { defaultMode: FILE_MODE }));
  filled = within(filled, 'downwardAPI', (source) => withinEach(fill(source, { defaultMode: FILE_MODE }), 'items', downwardItem));
  filled = within(filled, 'projected', (source) =>
    withinEach(fill(source, { defaultMode: FILE_MODE }), 'sources', (part) =>
      within(within(part, 'serviceAccountToken', (token) => fill(token, { expirationSeconds: 3600 })), 'downwardAPI', (downward) => withinEach(downward, 'items', downwardItem)),
    ),
  );
  filled = within(filled, 'hostPath', (source) => ((source.type ?? undefined) === undefined ? Object.assign({}, source, { type: '' }) : source));
  filled = within(filled, 'iscsi', (source) => fill(source, { iscsiInterface: 'default' }));
  filled = within(filled, 'rbd', (source) => fill(source, { pool: 'rbd', user: 'admin', keyring: '/etc/ceph/keyring' }));
  filled = within(filled, 'azureDisk', (source) => fill(source, { cachingMode: 'ReadWrite', kind: 'Shared', fsType: 'ext4', readOnly: false }));
  filled = within(filled, 'scaleIO', (source) => fill(source, { fsType: 'xfs', storageMode: 'ThinProvisioned' }));
  filled = within(filled, 'image', (source) => fill(source, { pullPolicy: pullPolicy(source.reference ?? '') }));
  return within(filled, 'ephemeral', (source) => within(source, 'volumeClaimTemplate', (claim) => within(claim, 'spec', (spec) => fill(spec, { volumeMode: 'Filesystem' }))));
};

/** The spec of a pod template. Specs that pods share are worked out once. */
export const templateSpecDefaults = remembered((spec: PodSpec): PodSpec => {
  let filled = fill(spec, { restartPolicy: 'Always', terminationGracePeriodSeconds: 30, dnsPolicy: 'ClusterFirst', securityContext: {}, schedulerName: 'default-scheduler' });
  if (filled.serviceAccountName !== undefined && filled.serviceAccountName !== filled.serviceAccount) filled = Object.assign({}, filled, { serviceAccount: filled.serviceAccountName });
  else if (filled.serviceAccountName === undefined && filled.serviceAccount !== undefined) filled = Object.assign({}, filled, { serviceAccountName: filled.serviceAccount });
  filled = withinEach(filled, 'containers', containerDefaults);
  filled = withinEach(filled, 'initContainers', containerDefaults);
  filled = withinEach(filled, 'ephemeralContainers', containerDefaults);
  return withinEach(filled, 'volumes', volumeDefaults);
});

/** Of a pod itself: what it asks for is at least what it is limited to, and its ports are the host's on the host's network. */
export const podSpecDefaults = remembered((spec: PodSpec): PodSpec => {
  let filled = fill(templateSpecDefaults(spec), { enableServiceLinks: true });
  const own = (container: Container): Container => {
    const requested = within(container, 'resources', requestsFromLimits);
    return spec.hostNetwork === true ? withinEach(requested, 'ports', (port) => (port.hostPort === undefined || port.hostPort === 0 ? Object.assign({}, port, { hostPort: port.containerPort }) : port)) : requested;
  };
  filled = withinEach(filled, 'containers', own);
  filled = withinEach(filled, 'initContainers', own);
  return within(filled, 'resources', requestsFromLimits);
});

const requestsFromLimits = (resources: ResourceRequirements): ResourceRequirements => {
  const { limits } = resources;
  if (limits === undefined) return resources;
  let requests: Record<string, string> | undefined;
  for (const name in limits) {
    if (resources.requests?.[name] !== undefined) continue;
    requests ??= Object.assign({}, resources.requests);
    requests[name] = limits[name] as string;
  }
  return requests === undefined ? resources : Object.assign({}, resources, { requests });
};

