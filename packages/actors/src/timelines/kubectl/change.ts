import type { Container, Node, PodSpec, PodTemplateSpec, Taint } from '../../api/generated/types.js';
import type { PatchType } from '../../api/requests.js';
import type { ProgramResult } from '../shell/programs.js';
import { type CommandLine, flag, isSet } from './command-line.js';
import { got, type Kubectl, KubectlError, patched, prints, resourceNamed, type Target, targetAndRest, targetsOf, type Verb } from './kubectl.js';

const all = (results: readonly ProgramResult[]): ProgramResult => prints(results.map(({ output }) => output).join(''));

const scale = (line: CommandLine, kubectl: Kubectl): ProgramResult => {
  const { target } = targetAndRest(line.words);
  got(target, kubectl);
  return patched(target, { patchType: 'merge', patch: { spec: { replicas: Number(flag(line, 'replicas')) } }, fieldManager: 'kubectl', subresource: 'scale' }, kubectl, 'scaled');
};

/** The containers that an object has itself or in its template. */
const containersOf = (target: Target, kubectl: Kubectl): readonly Container[] => {
  const { spec } = got(target, kubectl).value as unknown as { readonly spec: PodSpec & { readonly template?: PodTemplateSpec } };
  return (isPod(target) ? spec : spec.template?.spec)?.containers ?? [];
};

const isPod = ({ resource }: Target): boolean => resource.groupResource === 'pods';

/** The strategic patch of some containers, with the order of all, as CreateTwoWayMergePatch words it. */
const containersPatch = (target: Target, all: readonly Container[], containers: readonly object[]): object => {
  const spec = { '$setElementOrder/containers': all.map(({ name }) => ({ name })), containers };
  return isPod(target) ? { spec } : { spec: { template: { spec } } };
};

const setImage = (line: CommandLine, kubectl: Kubectl): ProgramResult => {
  const { target, rest } = targetAndRest(line.words);
  const known = containersOf(target, kubectl);
  const images = rest.map((word): readonly [string, string] => [word.slice(0, word.indexOf('=')), word.slice(word.indexOf('=') + 1)]);
  const containers = known.flatMap(({ name, image }) => {
    const wanted = images.find(([container]) => container === name || container === '*')?.[1];
    return wanted === undefined || wanted === image ? [] : [{ name, image: wanted }];
  });
  if (containers.length === 0) return prints('');
  return patched(target, { patchType: 'strategic', patch: containersPatch(target, known, containers), fieldManager: 'kubectl-set' }, kubectl, 'image updated');
};

const setEnvironment = (line: CommandLine, kubectl: Kubectl): ProgramResult => {
  const { target, rest } = targetAndRest(line.words);
  const known = containersOf(target, kubectl);
  const containers = known.map(({ name, env = [] }) => {
    const changed = rest.map((word) => (word.endsWith('-') ? { $patch: 'delete', name: word.slice(0, -1) } : { name: word.slice(0, word.indexOf('=')), value: word.slice(word.indexOf('=') + 1) }));
    const kept = env.map((variable) => variable.name).filter((variable) => !rest.includes(`${variable}-`));
    const order = [...kept, ...changed.filter((variable) => 'value' in variable && !kept.includes(variable.name)).map((variable) => variable.name)];
    return { name, '$setElementOrder/env': order.map((variable) => ({ name: variable })), env: changed };
  });
  return patched(target, { patchType: 'strategic', patch: containersPatch(target, known, containers), fieldManager: 'kubectl-set' }, kubectl, 'env updated');
};

const PATCH_TYPES: Readonly<Record<string, PatchType>> = { strategic: 'strategic', merge: 'merge', json: 'json' };

const patch = (line: CommandLine, kubectl: Kubectl): ProgramResult => {
  const { target } = targetAndRest(line.words);
  const patchType = PATCH_TYPES[flag(line, 'type') ?? 'strategic'];
  if (patchType === undefined) throw new KubectlError(`error: --type must be one of ${Object.keys(PATCH_TYPES).join(', ')}`);
  const subresource = flag(line, 'subresource');
  return patched(target, { patchType, patch: JSON.parse(flag(line, 'patch') ?? '{}') as unknown, fieldManager: 'kubectl-patch', ...(subresource !== undefined && { subresource }) }, kubectl, 'patched');
};

/** `key=value` sets, `key-` removes. */
const metadata = (field: 'labels' | 'annotations', fieldManager: string, did: string) => (line: CommandLine, kubectl: Kubectl): ProgramResult => {
  const isChange = (word: string): boolean => word.includes('=') || word.endsWith('-');
  const changes = Object.fromEntries(line.words.filter(isChange).map((word): [string, string | null] => (word.includes('=') ? [word.slice(0, word.indexOf('=')), word.slice(word.indexOf('=') + 1)] : [word.slice(0, -1), null])));
  const targets = targetsOf(line.words.filter((word) => !isChange(word)), line, kubectl);
  return all(targets.map((target) => {
    const known = got(target, kubectl).value.metadata[field] ?? {};
    const clash = Object.entries(changes).find(([key, value]) => value !== null && known[key] !== undefined && known[key] !== value);
    if (clash !== undefined && !isSet(line, 'overwrite')) throw new KubectlError(`error: '${clash[0]}' already has a value (${known[clash[0]]}), and --overwrite is false`);
    return patched(target, { patchType: 'merge', patch: { metadata: { [field]: changes } }, fieldManager }, kubectl, did);
  }));
};

const cordon = (unschedulable: boolean) => (line: CommandLine, kubectl: Kubectl): ProgramResult => {
  const nodes = line.words.length > 0 ? line.words : targetsOf(['nodes'], line, kubectl).map(({ name }) => name);
  return all(nodes.map((name) => {
    const target = { resource: resourceNamed('nodes'), name: name.replace(/^nodes?\//, '') };
    const is = (got(target, kubectl).value as unknown as Node).spec?.unschedulable === true;
    if (is === unschedulable) return prints(`node/${name} already ${unschedulable ? 'cordoned' : 'uncordoned'}\n`);
    return patched(target, { patchType: 'strategic', patch: { spec: { unschedulable: unschedulable || null } }, fieldManager: 'kubectl' }, kubectl, unschedulable ? 'cordoned' : 'uncordoned');
  }));
};

/** `key=value:Effect`, `key:Effect`, `key:Effect-`, `key-`; the list is replaced, new taints first. */
const taint = (line: CommandLine, kubectl: Kubectl): ProgramResult => {
  const isChange = (word: string): boolean => word.endsWith('-') || word.includes(':');
  const targets = targetsOf(line.words.filter((word) => !isChange(word)), line, kubectl);
  return all(targets.map((target) => {
    let taints: readonly Taint[] = (got(target, kubectl).value as unknown as Node).spec?.taints ?? [];
    for (const word of line.words.filter(isChange)) {
      const [, key = '', value, effect, gone] = /^([^=:]+?)(?:=([^:]*))?(?::(\w+))?(-)?$/.exec(word) ?? [];
      const rest = taints.filter((known) => !(known.key === key && (effect === undefined || known.effect === effect)));
      if (gone !== undefined && rest.length === taints.length) throw new KubectlError(`error: taint "${word.slice(0, -1)}" not found`);
      taints = gone !== undefined ? rest : [{ key, ...(value !== undefined && { value }), effect: effect ?? '' }, ...rest];
    }
    return patched(target, { patchType: 'strategic', patch: { spec: { taints: taints.length > 0 ? taints : null } }, fieldManager: 'kubectl-taint' }, kubectl, 'modified');
  }));
};

/** What changes objects, each by the patch that kubectl 1.36 sends, with its field manager. */
export const CHANGE: Readonly<Record<string, Verb>> = {
  scale: { flags: ['replicas'], run: scale },
  'set image': { flags: [], run: setImage },
  'set env': { flags: [], run: setEnvironment },
  patch: { flags: ['patch', 'type', 'subresource'], run: patch },
  label: { flags: ['overwrite', 'selector', 'all'], run: metadata('labels', 'kubectl-label', 'labeled') },
  annotate: { flags: ['overwrite', 'selector', 'all'], run: metadata('annotations', 'kubectl-annotate', 'annotated') },
  cordon: { flags: ['selector'], run: cordon(true) },
  uncordon: { flags: ['selector'], run: cordon(false) },
  taint: { flags: ['overwrite', 'selector', 'all'], run: taint },
};
