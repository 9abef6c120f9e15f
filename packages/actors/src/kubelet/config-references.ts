import type { Container, Pod, Volume } from '../api/generated/types.js';

/** A ConfigMap or Secret of the pod's namespace that a pod names: `configmaps/NAME` or `secrets/NAME`. */
export type ConfigReference = `${'configmaps' | 'secrets'}/${string}`;

export const configMapReference = (name: string | undefined): ConfigReference => `configmaps/${name ?? ''}`;
export const secretReference = (name: string | undefined): ConfigReference => `secrets/${name ?? ''}`;

export const resourceOf = (reference: ConfigReference): 'configmaps' | 'secrets' => (reference.startsWith('secrets/') ? 'secrets' : 'configmaps');
export const nameOf = (reference: ConfigReference): string => reference.slice(reference.indexOf('/') + 1);

/**
 * What the volumes of a pod are filled from; `undefined` for nearly all pods, which then cost no request. The volume that admission gives
 * every pod is not read: no emulated program looks at its token.
 */
export const volumeReferences = (pod: Pod): readonly ConfigReference[] | undefined => {
  const found: ConfigReference[] = [];
  for (const volume of pod.spec.volumes ?? []) {
    if (volume.configMap) found.push(configMapReference(volume.configMap.name));
    if (volume.secret) found.push(secretReference(volume.secret.secretName));
    if (volume.projected && !isServiceAccountVolume(volume)) {
      for (const { configMap, secret } of volume.projected.sources) {
        if (configMap) found.push(configMapReference(configMap.name));
        if (secret) found.push(secretReference(secret.name));
      }
    }
  }
  return distinct(found);
};

/** What the environment of a container is taken from. */
export const environmentReferences = (container: Container): readonly ConfigReference[] | undefined => {
  if (container.env === undefined && container.envFrom === undefined) return undefined;
  const found: ConfigReference[] = [];
  for (const { configMapRef, secretRef } of container.envFrom ?? []) {
    if (configMapRef) found.push(configMapReference(configMapRef.name));
    if (secretRef) found.push(secretReference(secretRef.name));
  }
  for (const { valueFrom } of container.env ?? []) {
    if (valueFrom?.configMapKeyRef) found.push(configMapReference(valueFrom.configMapKeyRef.name));
    if (valueFrom?.secretKeyRef) found.push(secretReference(valueFrom.secretKeyRef.name));
  }
  return distinct(found);
};

const distinct = (found: readonly ConfigReference[]): readonly ConfigReference[] | undefined => (found.length === 0 ? undefined : [...new Set(found)]);

/** admission ServiceAccount: the volume `kube-api-access-*` with token, CA and namespace. */
export const isServiceAccountVolume = (volume: Volume): boolean => volume.projected !== undefined && volume.name.startsWith('kube-api-access-');
