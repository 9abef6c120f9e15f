import { duplicate, forbidden, invalid, required } from '../../api/field-error.js';
import type { DownwardAPIVolumeFile, KeyToPath, PodSpec, ProjectedVolumeSource, Volume } from '../../api/generated/types.js';
import { dns1123LabelErrors } from '../../api/names.js';
import { quantity } from '../../api/quantity.js';
import { fieldReference, resourceReference, VOLUME_FIELDS } from './environment.js';
import { type Findings, named, oneOf } from './values.js';

const MODE = 'must be a number between 0 and 0777 (octal), both inclusive';
const HOST_PATH_TYPES = ['', 'BlockDevice', 'CharDevice', 'Directory', 'DirectoryOrCreate', 'File', 'FileOrCreate', 'Socket'];

const modeErrors = (out: Findings, path: string, mode: number | undefined | null): void => {
  if (mode !== undefined && mode !== null && (mode < 0 || mode > 0o777)) out.push(invalid(path, mode, MODE));
};

const localPath = (out: Findings, path: string, value: string): void => {
  if (value.startsWith('/')) out.push(invalid(path, value, 'must be a relative path'));
  if (value.split('/').includes('..')) out.push(invalid(path, value, "must not contain '..'"));
  if (value.startsWith('..')) out.push(invalid(path, value, "must not start with '..'"));
};

const itemErrors = (out: Findings, path: string, items: readonly KeyToPath[] | undefined): void => {
  (items ?? []).forEach((item, i) => {
    const at = `${path}.items[${i}]`;
    if (item.key === '') out.push(required(`${at}.key`));
    if (item.path === '') out.push(required(`${at}.path`));
    else localPath(out, `${at}.path`, item.path);
    modeErrors(out, `${at}.mode`, item.mode);
  });
};

const downwardErrors = (out: Findings, path: string, items: readonly DownwardAPIVolumeFile[] | undefined): void => {
  for (const item of items ?? []) {
    if (item.path === '') out.push(required(`${path}.path`));
    else localPath(out, `${path}.path`, item.path);
    if (item.fieldRef !== undefined) {
      fieldReference(out, `${path}.fieldRef`, item.fieldRef, VOLUME_FIELDS);
      if (item.resourceFieldRef !== undefined) out.push(invalid(path, 'resource', 'fieldRef and resourceFieldRef can not be specified simultaneously'));
    } else if (item.resourceFieldRef !== undefined) resourceReference(out, `${path}.resourceFieldRef`, item.resourceFieldRef);
    else out.push(required(path, 'one of fieldRef and resourceFieldRef is required'));
    modeErrors(out, `${path}.mode`, item.mode);
  }
};

const projectedErrors = (out: Findings, path: string, projected: ProjectedVolumeSource): void => {
  modeErrors(out, `${path}.defaultMode`, projected.defaultMode);
  const paths = new Set<string>();
  (projected.sources ?? []).forEach((source, i) => {
    const at = `${path}.sources[${i}]`;
    const take = (name: string, items: readonly { readonly path: string }[] | undefined): void => {
      for (const item of items ?? []) {
        if (item.path === '') continue;
        if (paths.has(item.path)) out.push(invalid(path, name, 'conflicting duplicate paths'));
        paths.add(item.path);
      }
    };
    const { secret, configMap, downwardAPI, serviceAccountToken } = source;
    if (secret !== undefined) {
      if ((secret.name ?? '') === '') out.push(required(`${at}.secret.name`));
      itemErrors(out, `${at}.secret`, secret.items);
      take(secret.name ?? '', secret.items);
    }
    if (configMap !== undefined) {
      if ((configMap.name ?? '') === '') out.push(required(`${at}.configMap.name`));
      itemErrors(out, `${at}.configMap`, configMap.items);
      take(configMap.name ?? '', configMap.items);
    }
    if (downwardAPI !== undefined) {
      downwardErrors(out, `${at}.downwardAPI`, downwardAPI.items);
      take('downwardAPI', downwardAPI.items);
    }
    if (serviceAccountToken !== undefined) {
      const seconds = serviceAccountToken.expirationSeconds ?? 3600;
      if (seconds < 600) out.push(invalid(`${at}.serviceAccountToken.expirationSeconds`, seconds, 'may not specify a duration less than 10 minutes'));
      if (serviceAccountToken.path === '') out.push(required(`${path}.path`));
      else localPath(out, `${path}.path`, serviceAccountToken.path);
      take('serviceAccountToken', [serviceAccountToken]);
    }
  });
};

type Check = (out: Findings, path: string, source: never) => void;
const check = <S>(look: (out: Findings, path: string, source: S) => void): Check => look as Check;

/** validateVolumeSource, in its order; sources that are not named here are let pass as they are. */
const SOURCES: readonly (readonly [field: keyof Volume, check: Check])[] = [
  ['emptyDir', check<NonNullable<Volume['emptyDir']>>((out, path, source) => {
    if (source.sizeLimit !== undefined && quantity(source.sizeLimit).nano < 0n) out.push(forbidden(`${path}.sizeLimit`, 'SizeLimit field must be a valid resource quantity'));
  })],
  ['hostPath', check<NonNullable<Volume['hostPath']>>((out, path, source) => {
    if (source.path === '') out.push(required(`${path}.path`));
    else if (source.path.split('/').includes('..')) out.push(invalid(`${path}.path`, source.path, "must not contain '..'"));
    oneOf(out, `${path}.type`, source.type ?? undefined, HOST_PATH_TYPES);
  })],
  ['gitRepo', check<NonNullable<Volume['gitRepo']>>((out, path, source) => {
    if (source.repository === '') out.push(required(`${path}.repository`));
  })],
  ['secret', check<NonNullable<Volume['secret']>>((out, path, source) => {
    if ((source.secretName ?? '') === '') out.push(required(`${path}.secretName`));
    modeErrors(out, `${path}.defaultMode`, source.defaultMode);
    itemErrors(out, path, source.items);
  })],
  ['nfs', check<NonNullable<Volume['nfs']>>((out, path, source) => {
    if (source.server === '') out.push(required(`${path}.server`));
    if (source.path === '') out.push(required(`${path}.path`));
    if (!source.path.startsWith('/')) out.push(invalid(`${path}.path`, source.path, 'must be an absolute path'));
  })],
  ['iscsi', check<NonNullable<Volume['iscsi']>>((out, path, source) => {
    if (source.targetPortal === '') out.push(required(`${path}.targetPortal`));
    if (source.iqn === '') out.push(required(`${path}.iqn`));
  })],
  ['persistentVolumeClaim', check<NonNullable<Volume['persistentVolumeClaim']>>((out, path, source) => {
    if (source.claimName === '') out.push(required(`${path}.claimName`));
  })],
  ['configMap', check<NonNullable<Volume['configMap']>>((out, path, source) => {
    if ((source.name ?? '') === '') out.push(required(`${path}.name`));
    modeErrors(out, `${path}.defaultMode`, source.defaultMode);
    itemErrors(out, path, source.items);
  })],
  ['downwardAPI', check<NonNullable<Volume['downwardAPI']>>((out, path, source) => {
    modeErrors(out, `${path}.defaultMode`, source.defaultMode);
    downwardErrors(out, path, source.items);
  })],
  ['projected', check<ProjectedVolumeSource>(projectedErrors)],
  ['csi', check<NonNullable<Volume['csi']>>((out, path, source) => {
    if (source.driver === '') out.push(required(`${path}.driver`));
  })],
  ['ephemeral', check<NonNullable<Volume['ephemeral']>>((out, path, source) => {
    if (source.volumeClaimTemplate === undefined) out.push(required(`${path}.volumeClaimTemplate`));
  })],
  ['image', check<NonNullable<Volume['image']>>((out, path, source) => {
    if ((source.reference ?? '') === '') out.push(required(`${path}.reference`));
    oneOf(out, `${path}.pullPolicy`, source.pullPolicy, ['Always', 'IfNotPresent', 'Never']);
  })],
];

/** The volumes of a pod by name, for those who mount them. */
export const volumeErrors = (out: Findings, path: string, spec: PodSpec): ReadonlyMap<string, Volume> => {
  const volumes = new Map<string, Volume>();
  (spec.volumes ?? []).forEach((volume, i) => {
    const at = `${path}[${i}]`;
    const before = out.length;
    let sources = 0;
    for (const [field, look] of SOURCES) {
      const source = volume[field];
      if (source === undefined) continue;
      if (sources > 0) out.push(forbidden(`${at}.${field}`, 'may not specify more than 1 volume type'));
      else look(out, `${at}.${field}`, source as never);
      sources++;
    }
    if (volume.name === '' || volume.name === undefined) out.push(required(`${at}.name`));
    else {
      named(out, `${at}.name`, volume.name, dns1123LabelErrors);
      if (volumes.has(volume.name)) out.push(duplicate(`${at}.name`, volume.name));
    }
    // What something is wrong with is not there for the others.
    if (out.length === before) volumes.set(volume.name, volume);
  });
  return volumes;
};
