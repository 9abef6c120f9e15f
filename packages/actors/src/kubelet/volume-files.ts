import { setAt } from '@naumachia/core';
import type { DownwardAPIVolumeFile, KeyToPath, Pod, Volume } from '../api/generated/types.js';
import { textAt } from '../api/chosen-keys.js';
import type { ConfigObject, ConfigObjects } from './config-objects.js';
import { configMapReference, isServiceAccountVolume, secretReference } from './config-references.js';
import { downwardField, downwardResource, type DownwardPlace } from './downward-fields.js';

/** The files of a volume by their path in it. */
export type VolumeFiles = Record<string, string>;

export interface FailedMount {
  readonly volume: string;
  readonly error: string;
}

type Payload = { readonly files: VolumeFiles } | { readonly error: string };

/** What the volumes of a pod hold when they are mounted, by name; volumes that begin empty are left out. Or which cannot be mounted, and why. */
export const mountVolumes = (pod: Pod, objects: ConfigObjects, place: DownwardPlace): { readonly volumes: Record<string, VolumeFiles> } | { readonly failed: readonly FailedMount[] } => {
  const volumes: Record<string, VolumeFiles> = {};
  const failed: FailedMount[] = [];
  for (const volume of pod.spec.volumes ?? []) {
    const payload = payloadOf(pod, volume, objects, place);
    if (payload === undefined) continue;
    if ('error' in payload) failed.push({ volume: volume.name, error: payload.error });
    else volumes[volume.name] = payload.files;
  }
  return failed.length > 0 ? { failed } : { volumes };
};

const payloadOf = (pod: Pod, volume: Volume, objects: ConfigObjects, place: DownwardPlace): Payload | undefined => {
  const { configMap, secret, downwardAPI, projected } = volume;
  if (configMap) return configPayload('configmap references non-existent config key', objects[configMapReference(configMap.name)], configMap);
  if (secret) return configPayload('references non-existent secret key', objects[secretReference(secret.secretName)], secret);
  if (downwardAPI) return { files: downwardFiles(pod, downwardAPI.items, place) };
  if (projected === undefined || isServiceAccountVolume(volume)) return undefined;
  // projected.go collectData: later sources win; all errors are told together.
  let files: VolumeFiles = {};
  const errors: string[] = [];
  for (const source of projected.sources) {
    const payload = source.configMap
      ? configPayload('configmap references non-existent config key', objects[configMapReference(source.configMap.name)], source.configMap)
      : source.secret
        ? configPayload('references non-existent secret key', objects[secretReference(source.secret.name)], source.secret)
        : { files: downwardFiles(pod, source.downwardAPI?.items, place) };
    if ('error' in payload) errors.push(payload.error);
    else files = { ...files, ...payload.files };
  }
  if (errors.length === 0) return { files };
  return { error: errors.length === 1 ? (errors[0] ?? '') : `[${errors.join(', ')}]` };
};

/** MakePayload of the volume plugins: all keys, or those that `items` picks. */
const configPayload = (noKey: string, object: ConfigObject | undefined, { items, optional }: { readonly items?: readonly KeyToPath[]; readonly optional?: boolean }): Payload => {
  if (object === undefined) return { error: 'not read' };
  if (!object.found && !(object.missing && optional === true)) return { error: object.error };
  const data = object.found ? object.data : {};
  if (items === undefined || items.length === 0) return { files: { ...data } };
  const files: VolumeFiles = {};
  for (const { key, path } of items) {
    const text = textAt(data, key);
    if (text !== undefined) setAt(files, path, text);
    else if (optional !== true) return { error: `${noKey}: ${key}` };
  }
  return { files };
};

const downwardFiles = (pod: Pod, items: readonly DownwardAPIVolumeFile[] | undefined, place: DownwardPlace): VolumeFiles => {
  const files: VolumeFiles = {};
  for (const { path, fieldRef, resourceFieldRef } of items ?? []) {
    if (fieldRef) setAt(files, path, downwardField(pod, fieldRef.fieldPath, place));
    else if (resourceFieldRef) setAt(files, path, downwardResource(pod, undefined, resourceFieldRef, place));
  }
  return files;
};
