import type { ContainerMount, PodSandbox, RuntimeContainer } from './container-runtime.js';

/** The files that a container sees: its own, and over them those of the volumes that are mounted into it. */
type Place = { readonly files: Record<string, string>; readonly path: string; readonly readOnly: boolean };

const isWithin = (path: string, directory: string): boolean => directory === '/' || path === directory || path.startsWith(`${directory}/`);

const mountAt = (mounts: readonly ContainerMount[], path: string): ContainerMount | undefined => {
  let deepest: ContainerMount | undefined;
  for (const mount of mounts) if (isWithin(path, mount.path) && (deepest === undefined || mount.path.length > deepest.path.length)) deepest = mount;
  return deepest;
};

/** A path of a volume has no leading slash. */
const placeOf = (sandbox: PodSandbox, container: RuntimeContainer, path: string): Place => {
  const mount = mountAt(container.config?.mounts ?? [], path);
  if (mount === undefined) return { files: (container.files ??= {}), path, readOnly: container.config?.readOnlyRoot === true && !path.startsWith('/dev/') };
  const inside = path.slice(mount.path === '/' ? 1 : mount.path.length + 1);
  const volumes = (sandbox.volumes ??= {});
  return { files: (volumes[mount.volume] ??= {}), path: [mount.subPath, inside].filter((part) => part !== '').join('/'), readOnly: mount.readOnly };
};

export const readContainerFile = (sandbox: PodSandbox, container: RuntimeContainer, path: string): string | undefined => {
  if (container.files === undefined && (container.config?.mounts.length ?? 0) === 0) return undefined;
  const place = placeOf(sandbox, container, path);
  return place.files[place.path];
};

/** False: nothing may be written there. */
export const writeContainerFile = (sandbox: PodSandbox, container: RuntimeContainer, path: string, text: string, append: boolean): boolean => {
  const place = placeOf(sandbox, container, path);
  if (place.readOnly) return false;
  place.files[place.path] = append ? (place.files[place.path] ?? '') + text : text;
  return true;
};

export const removeContainerFile = (sandbox: PodSandbox, container: RuntimeContainer, path: string): void => {
  const { files, path: inside, readOnly } = placeOf(sandbox, container, path);
  if (readOnly) return;
  for (const name of Object.keys(files)) if (name === inside || name.startsWith(`${inside}/`)) delete files[name];
};

/** Every file by its path in the container. */
export const containerFiles = (sandbox: PodSandbox, container: RuntimeContainer): readonly string[] => {
  const mounts = container.config?.mounts ?? [];
  const names = Object.keys(container.files ?? {}).filter((path) => mountAt(mounts, path) === undefined);
  for (const mount of mounts) {
    const below = mount.subPath === '' ? '' : `${mount.subPath}/`;
    for (const name of Object.keys(sandbox.volumes?.[mount.volume] ?? {})) {
      if (name === mount.subPath && name !== '') names.push(mount.path);
      else if (name.startsWith(below)) names.push(`${mount.path === '/' ? '' : mount.path}/${name.slice(below.length)}`);
    }
  }
  return names;
};

/** Where volumes are mounted, and what parts of them that are mounted are called elsewhere: directories, also while they are empty. */
export const mountPoints = (container: RuntimeContainer): readonly string[] => {
  const mounts = container.config?.mounts ?? [];
  const parts = mounts.flatMap(({ volume, subPath }) => (subPath === '' ? [] : mounts.filter((whole) => whole.volume === volume && whole.subPath === '').map(({ path }) => `${path}/${subPath}`)));
  return [...mounts.map(({ path }) => path), ...parts];
};
