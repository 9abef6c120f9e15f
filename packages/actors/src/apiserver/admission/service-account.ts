import type { Container, PodSpec, ServiceAccount, Volume, VolumeMount } from '../../api/generated/types.js';
import { forbiddenRequest } from '../../api/status.js';
import { remembered } from '../remembered.js';
import { randomSuffix } from '../storage/names.js';
import type { AdmissionPlugin } from './plugin.js';

/** Where a container finds its token (plugin/serviceaccount). */
const MOUNT_PATH = '/var/run/secrets/kubernetes.io/serviceaccount';
const VOLUME_PREFIX = 'kube-api-access-';
/** An hour and seven seconds: a lifetime that tells these tokens from others. */
const TOKEN_SECONDS = 3607;
/** The annotation of pods that mirror static pods; they get no token. */
const MIRROR = 'kubernetes.io/config.mirror';

const projected = {
  sources: [
    { serviceAccountToken: { expirationSeconds: TOKEN_SECONDS, path: 'token' } },
    { configMap: { name: 'kube-root-ca.crt', items: [{ key: 'ca.crt', path: 'ca.crt' }] } },
    { downwardAPI: { items: [{ path: 'namespace', fieldRef: { apiVersion: 'v1', fieldPath: 'metadata.namespace' } }] } },
  ],
  defaultMode: 420,
};

/** Gives a pod its service account, that account's pull secrets, and a volume with a token that every container mounts. */
export const serviceAccount: AdmissionPlugin = {
  name: 'ServiceAccount',
  admit: ({ operation, kind, subresource, namespace, name }, object, context) => {
    if (kind.resource !== 'pods' || operation !== 'create' || subresource !== '') return object;
    const spec = object.spec as PodSpec;
    if (object.metadata.annotations?.[MIRROR] !== undefined) {
      if ((spec.serviceAccountName ?? '') !== '') return forbiddenRequest('pods', name, 'a mirror pod may not reference service accounts');
      return object;
    }
    const account = spec.serviceAccountName === undefined || spec.serviceAccountName === '' ? 'default' : spec.serviceAccountName;
    const stored = context.find('serviceaccounts', namespace, account);
    if (stored === undefined) return forbiddenRequest('pods', name, `error looking up service account ${namespace}/${account}: serviceaccount "${account}" not found`);
    const found = stored.value as ServiceAccount;
    const named = withAccount(account === 'default' ? withDefaultAccount(spec) : Object.assign({}, spec, { serviceAccountName: account, serviceAccount: account }), found);
    const automount = spec.automountServiceAccountToken ?? found.automountServiceAccountToken ?? true;
    return Object.assign({}, object, { spec: automount && Array.isArray(spec.containers) ? withToken(named, context.random) : named });
  },
};

const withDefaultAccount = remembered((spec: PodSpec): PodSpec => (Object.assign({}, spec, { serviceAccountName: 'default', serviceAccount: 'default' })));

/** The account's pull secrets serve pods that name none. */
const withAccount = (spec: PodSpec, account: ServiceAccount): PodSpec => {
  const { imagePullSecrets } = account;
  return imagePullSecrets === undefined || imagePullSecrets.length === 0 || (spec.imagePullSecrets ?? []).length > 0 ? spec : Object.assign({}, spec, { imagePullSecrets });
};

const withToken = (spec: PodSpec, random: Parameters<typeof randomSuffix>[0]): PodSpec => {
  const existing = spec.volumes?.find((volume) => volume.name.startsWith(VOLUME_PREFIX));
  if (mountsEverywhere(spec)) return spec;
  const name = existing?.name ?? VOLUME_PREFIX + randomSuffix(random);
  const mount: VolumeMount = { name, readOnly: true, mountPath: MOUNT_PATH };
  const mounted = (container: Container): Container =>
    container.volumeMounts === undefined ? Object.assign({}, container, { volumeMounts: [mount] }) : mountsToken(container) ? container : Object.assign({}, container, { volumeMounts: [...container.volumeMounts, mount] });
  const volume: Volume = { name, projected };
  const volumes = existing !== undefined ? (spec.volumes ?? []) : spec.volumes === undefined ? [volume] : [...spec.volumes, volume];
  const containers = spec.containers.map(mounted);
  return spec.initContainers === undefined ? Object.assign({}, spec, { volumes, containers }) : Object.assign({}, spec, { volumes, initContainers: spec.initContainers.map(mounted), containers });
};

const mountsToken = (container: Container): boolean => container.volumeMounts?.some((mount) => mount.mountPath === MOUNT_PATH) ?? false;
const mountsEverywhere = (spec: PodSpec): boolean => spec.containers.length > 0 && spec.containers.every(mountsToken) && (spec.initContainers?.every(mountsToken) ?? true);
