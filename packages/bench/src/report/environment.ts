import { arch, cpus, release, totalmem, type as systemType } from 'node:os';

/** Where and how a run took place: what a figure has to be read with. */
export interface Environment {
  readonly cpus: number;
  readonly cpuModel: string;
  readonly memoryBytes: number;
  /** Name and release, such as `Linux 6.1.0`. */
  readonly system: string;
  readonly architecture: string;
  readonly node: string;
  readonly v8: string;
  /** The command line after the command's name, as it was given. */
  readonly command: readonly string[];
  /** What Node was told besides, by its own flags and by NODE_OPTIONS. */
  readonly nodeOptions: readonly string[];
}

export const presentEnvironment = (): Environment => ({
  cpus: cpus().length,
  cpuModel: cpus()[0]?.model.trim() ?? 'unknown',
  memoryBytes: totalmem(),
  system: `${systemType()} ${release()}`,
  architecture: arch(),
  node: process.version,
  v8: process.versions.v8,
  command: process.argv.slice(2),
  nodeOptions: [...process.execArgv, ...(process.env['NODE_OPTIONS']?.split(/\s+/).filter((option) => option !== '') ?? [])],
});
