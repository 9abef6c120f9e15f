import { seconds } from '@naumachia/core';
import type { Deployment, ReplicaSet } from '../../api/generated/types.js';
import { controllerOf } from '../../api/owner.js';
import { formatTime } from '../../api/time-format.js';
import type { ProgramResult } from '../shell/programs.js';
import { type CommandLine, flag } from './command-line.js';
import { durationOf } from './duration.js';
import { got, type Kubectl, KubectlError, listed, patched, prints, resourceNamed, type Target, targetAndRest, type Verb } from './kubectl.js';

const REVISION = 'deployment.kubernetes.io/revision';
/** polymorphichelpers/rollback.go: annotations that stay as the Deployment has them. */
const KEPT = ['kubectl.kubernetes.io/last-applied-configuration', REVISION, 'deployment.kubernetes.io/revision-history', 'deployment.kubernetes.io/desired-replicas', 'deployment.kubernetes.io/max-replicas', 'deprecated.deployment.rollback.to'];

const deploymentOf = (line: CommandLine): Target => {
  const { target } = targetAndRest(line.words);
  if (target.resource.kind !== 'Deployment') throw new KubectlError(`error: rollouts of a ${target.resource.kind} are not built here`);
  return target;
};

const deployment = (target: Target, kubectl: Kubectl): Deployment => got(target, kubectl).value as unknown as Deployment;

/** DeploymentStatusViewer.Status. */
const isRolledOut = ({ metadata, spec, status }: Deployment): boolean => {
  if ((metadata.generation ?? 0) > (status?.observedGeneration ?? 0)) return false;
  if (status?.conditions?.find(({ type }) => type === 'Progressing')?.reason === 'ProgressDeadlineExceeded') throw new KubectlError(`error: deployment "${metadata.name ?? ''}" exceeded its progress deadline`);
  const updated = status?.updatedReplicas ?? 0;
  return updated >= (spec.replicas ?? 1) && (status?.replicas ?? 0) <= updated && (status?.availableReplicas ?? 0) >= updated;
};

const status = (line: CommandLine, kubectl: Kubectl): ProgramResult => {
  const target = deploymentOf(line);
  got(target, kubectl);
  const done = kubectl.until(() => isRolledOut(deployment(target, kubectl)), durationOf(flag(line, 'timeout')) ?? seconds(3600));
  if (!done) throw new KubectlError('error: timed out waiting for the condition');
  return prints(`deployment "${target.name}" successfully rolled out\n`);
};

const pause = (paused: boolean) => (line: CommandLine, kubectl: Kubectl): ProgramResult => {
  const target = deploymentOf(line);
  if ((deployment(target, kubectl).spec.paused === true) === paused) throw new KubectlError(`error: deployments.apps "${target.name}" is ${paused ? 'already' : 'not'} paused`);
  return patched(target, { patchType: 'strategic', patch: { spec: { paused: paused || null } }, fieldManager: 'kubectl-rollout' }, kubectl, paused ? 'paused' : 'resumed');
};

const restart = (line: CommandLine, kubectl: Kubectl): ProgramResult => {
  const target = deploymentOf(line);
  const annotations = { 'kubectl.kubernetes.io/restartedAt': formatTime(kubectl.now()) };
  return patched(target, { patchType: 'strategic', patch: { spec: { template: { metadata: { annotations } } } }, fieldManager: 'kubectl-rollout' }, kubectl, 'restarted');
};

/** The template and annotations of an earlier ReplicaSet: the one before the newest, or that of `--to-revision`. */
const undo = (line: CommandLine, kubectl: Kubectl): ProgramResult => {
  const target = deploymentOf(line);
  const current = got(target, kubectl);
  const { metadata, spec } = current.value as unknown as Deployment;
  if (spec.paused === true) throw new KubectlError(`error: cannot rollback a paused deployment; resume it first with 'kubectl rollout resume' and try again`);
  const revisionOf = (set: ReplicaSet): number => Number(set.metadata.annotations?.[REVISION] ?? 0);
  const sets = listed(resourceNamed('replicasets'), { ...line, flags: new Map() }, kubectl).filter(({ value }) => controllerOf(value)?.uid === current.header.uid).map(({ value }) => value as unknown as ReplicaSet);
  const ordered = sets.sort((a, b) => revisionOf(b) - revisionOf(a));
  const asked = Number(flag(line, 'to-revision') ?? 0);
  const set = asked > 0 ? ordered.find((known) => revisionOf(known) === asked) : ordered[1];
  if (set === undefined) throw new KubectlError(asked > 0 ? `error: unable to find specified revision ${asked} in history` : `error: no rollout history found for deployment "${target.name}"`);
  const { 'pod-template-hash': _hash, ...labels } = set.spec.template?.metadata?.labels ?? {};
  const template = { ...set.spec.template, metadata: { ...set.spec.template?.metadata, labels } };
  const annotations = Object.fromEntries([
    ...Object.entries(metadata.annotations ?? {}).filter(([key]) => KEPT.includes(key)),
    ...Object.entries(set.metadata.annotations ?? {}).filter(([key]) => !KEPT.includes(key)),
  ]);
  const patch = [{ op: 'replace', path: '/spec/template', value: template }, { op: 'replace', path: '/metadata/annotations', value: annotations }];
  return patched(target, { patchType: 'json', patch, fieldManager: 'kubectl' }, kubectl, 'rolled back');
};

export const ROLLOUT: Readonly<Record<string, Verb>> = {
  'rollout status': { flags: ['timeout'], run: status },
  'rollout pause': { flags: [], run: pause(true) },
  'rollout resume': { flags: [], run: pause(false) },
  'rollout restart': { flags: [], run: restart },
  'rollout undo': { flags: ['to-revision'], run: undo },
};
