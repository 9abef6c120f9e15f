import { type Instant, seconds } from '@naumachia/core';
import type { KubernetesObject } from '../../api/object.js';
import type { Stored } from '../../api/requests.js';
import type { ApiResource } from '../../api/resources.js';
import { printerOf } from '../../apiserver/edge/printers/printers.js';
import type { ProgramResult } from '../shell/programs.js';
import { type CommandLine, flag, isSet } from './command-line.js';
import { durationOf } from './duration.js';
import { printJsonPath, select } from './json-path.js';
import { deleted, got, type Kubectl, KubectlError, listed, lookedUp, prints, resourceNamed, type Target, targetsOf, type Verb } from './kubectl.js';
import { objectsOf } from './create.js';
import { resourceByKind } from '../../api/resources.js';

/** An object as the server shows it: with its revision. */
const shown = ({ header, value }: Stored): KubernetesObject => ({ ...value, metadata: { ...value.metadata, resourceVersion: String(header.revision) } });

const get = (line: CommandLine, kubectl: Kubectl): ProgramResult => {
  const [types = '', ...names] = line.words;
  const found: { readonly resource: ApiResource; readonly stored: Stored }[] = [];
  const one = types.includes('/') || names.length === 1;
  if (types.includes('/') || names.length > 0) for (const target of targetsOf(line.words, line, kubectl)) found.push({ resource: target.resource, stored: got(target, kubectl) });
  else for (const type of types.split(',')) for (const stored of listed(resourceNamed(type), line, kubectl)) found.push({ resource: resourceNamed(type), stored });
  const output = flag(line, 'output') ?? '';
  if (output === 'name') return prints(found.map(({ resource, stored }) => `${resource.singular}${resource.group === '' ? '' : `.${resource.group}`}/${stored.header.name}\n`).join(''));
  const values = found.map(({ stored }) => shown(stored));
  const whole = one ? values[0] : { apiVersion: 'v1', kind: 'List', metadata: { resourceVersion: '' }, items: values };
  if (output.startsWith('jsonpath=')) return prints(printJsonPath(output.slice(9), whole));
  if (output === 'json') return prints(`${JSON.stringify(whole, null, 4)}\n`);
  return prints(table(found, kubectl.now()));
};

/** Rows of cells; the columns' widths are nobody's business here. */
const table = (found: readonly { readonly resource: ApiResource; readonly stored: Stored }[], now: Instant): string =>
  found.map(({ resource, stored }) => `${(printerOf(resource.groupResource)?.cells(stored.value, now) ?? [stored.header.name]).map(String).join('   ')}\n`).join('');

const wait = (line: CommandLine, kubectl: Kubectl): ProgramResult => {
  const condition = flag(line, 'for') ?? '';
  const limit = durationOf(flag(line, 'timeout')) ?? seconds(30);
  const targets = targetsOf(line.words, line, kubectl);
  if (targets.length === 0) throw new KubectlError('error: no matching resources found');
  if (!condition.startsWith('delete')) for (const target of targets) got(target, kubectl);
  if (!kubectl.until(() => targets.every((target) => isMet(condition, target, kubectl)), limit)) throw new KubectlError(`error: timed out waiting for the condition on ${line.words.join(' ')}`);
  return prints(targets.map(({ resource, name }) => `${resource.singular}/${name} condition met\n`).join(''));
};

/** `condition=Ready`, `condition=Ready=False`, `delete`, `create`, `jsonpath={.status.phase}=Running`. */
const isMet = (condition: string, target: Target, kubectl: Kubectl): boolean => {
  const found = lookedUp(target, kubectl);
  if (condition === 'delete') return found === undefined;
  if (condition === 'create') return found !== undefined;
  if (found === undefined) return false;
  const [, kind = '', wanted = ''] = /^(condition|jsonpath)=(.*)$/s.exec(condition) ?? [];
  if (kind === 'jsonpath') {
    const [, path = '', value] = /^'?\{(.*)\}'?(?:=(.*))?$/s.exec(wanted) ?? [];
    const [first] = select(path, found.value);
    return value === undefined ? first !== undefined : String(first) === value;
  }
  const [type = '', status = 'True'] = wanted.split('=');
  const conditions = (found.value['status'] as { readonly conditions?: readonly { readonly type: string; readonly status: string }[] } | undefined)?.conditions ?? [];
  return conditions.some((known) => known.type.toLowerCase() === type.toLowerCase() && known.status.toLowerCase() === status.toLowerCase());
};

const POLICIES: Readonly<Record<string, 'Background' | 'Foreground' | 'Orphan'>> = { background: 'Background', true: 'Background', foreground: 'Foreground', orphan: 'Orphan', false: 'Orphan' };

const remove = (line: CommandLine, kubectl: Kubectl): ProgramResult => {
  const ofFiles = objectsOf(line, kubectl).flatMap(({ apiVersion, kind, metadata }) => {
    const resource = resourceByKind(apiVersion, kind);
    return resource === undefined ? [] : [{ resource, name: metadata.name ?? '' }];
  });
  const targets = line.words.length > 0 ? targetsOf(line.words, line, kubectl) : ofFiles;
  const propagationPolicy = POLICIES[flag(line, 'cascade') ?? 'background'];
  if (propagationPolicy === undefined) throw new KubectlError('error: invalid cascade value');
  const force = isSet(line, 'force');
  const grace = flag(line, 'grace-period') ?? (isSet(line, 'now') ? '1' : force ? '0' : undefined);
  const options = { propagationPolicy, ...(grace !== undefined && Number(grace) >= 0 && { gracePeriodSeconds: Number(grace) }) };
  const uids = targets.map((target) => lookedUp(target, kubectl)?.header.uid);
  targets.forEach((target, index) => {
    if (uids[index] === undefined && isSet(line, 'ignore-not-found')) return;
    deleted(target, options, kubectl);
  });
  const waits = (flag(line, 'wait') ?? (force ? 'false' : 'true')) !== 'false';
  const gone = (): boolean => targets.every((target, index) => lookedUp(target, kubectl)?.header.uid !== uids[index] || uids[index] === undefined);
  if (waits && !kubectl.until(gone, durationOf(flag(line, 'timeout')) ?? seconds(7 * 24 * 3600))) throw new KubectlError('error: timed out waiting for the condition');
  return prints(targets.map(({ resource, name }) => `${resource.singular}${resource.group === '' ? '' : `.${resource.group}`} "${name}" deleted\n`).join(''));
};

export const READ: Readonly<Record<string, Verb>> = {
  get: { flags: ['output', 'selector', 'field-selector', 'all-namespaces', 'no-headers', 'ignore-not-found'], run: get },
  wait: { flags: ['for', 'timeout', 'all', 'selector'], run: wait },
  delete: { flags: ['cascade', 'wait', 'selector', 'all', 'filename', 'grace-period', 'force', 'now', 'ignore-not-found', 'timeout'], run: remove },
};
