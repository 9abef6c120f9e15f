import { type ActorContext, atomically, type Flow, requests } from '@naumachia/core';
import { decodeBase64 } from '../api/base64.js';
import type { ConfigMap, Secret } from '../api/generated/types.js';
import type { ApiAnswer, ApiRequest } from '../api/requests.js';
import { API_SERVER, getRequest, isRefused, objectOf } from '../machinery/requests.js';
import type { ConfigReference } from './config-references.js';
import { type KubeletState, tend } from './kubelet-state.js';
import type { PodWorker } from './pod-worker-state.js';

/** What a ConfigMap or Secret held when it was read, as text; or why it could not be read. */
export type ConfigObject = { readonly found: true; readonly data: Readonly<Record<string, string>> } | { readonly found: false; readonly missing: boolean; readonly error: string };

export type ConfigObjects = Readonly<Partial<Record<ConfigReference, ConfigObject>>>;

/** The reads of a pod's sync that waits for them; plain data. */
export interface ConfigReads {
  /** Tells the answers that are waited for from those of a sync that was cancelled. */
  readonly number: number;
  readonly objects: ConfigObjects | undefined;
}

interface Reading {
  readonly uid: string;
  readonly namespace: string;
  readonly references: readonly ConfigReference[];
  readonly number: number;
}

/**
 * Asks for ConfigMaps and Secrets at the moment in which they are needed (configMapAndSecretChangeDetectionStrategy `Get`), so that pods
 * that name none cost nothing, and no watch is held for those that do.
 */
export const readConfig = (worker: PodWorker, references: readonly ConfigReference[], context: ActorContext): void => {
  const number = (worker.config?.number ?? 0) + 1;
  worker.config = { number, objects: undefined };
  const reading: Reading = { uid: worker.uid, namespace: worker.namespace, references, number };
  context.run(readConfigObjects, reading);
};

export function* readConfigObjects(reading: Reading): Flow {
  const asked = yield* atomically<KubeletState, ApiRequest[]>(({ client }) => reading.references.map((reference) => getRequest(client, resourceOf(reference), reading.namespace, nameOf(reference))));
  const answers = yield* requests(asked.map((message) => ({ to: API_SERVER, message })));
  yield* atomically<KubeletState, void>((state, context) => configRead(state, reading, answers, context));
}

const configRead = (state: KubeletState, { uid, references, number }: Reading, answers: readonly ApiAnswer[], context: ActorContext): void => {
  const worker = state.workers.get(uid);
  if (worker?.config?.number !== number) return;
  const objects: Partial<Record<ConfigReference, ConfigObject>> = {};
  references.forEach((reference, at) => {
    const answer = answers[at];
    if (answer !== undefined) objects[reference] = configObject(reference, answer);
  });
  worker.config = { number, objects };
  tend(state, worker, context);
};

const configObject = (reference: ConfigReference, answer: ApiAnswer): ConfigObject => {
  const value = objectOf(answer)?.value;
  const isSecret = resourceOf(reference) === 'secrets';
  const kind = isSecret ? 'secret' : 'configmap';
  if (value === undefined) {
    const missing = isRefused(answer, 'NotFound');
    return { found: false, missing, error: missing ? `${kind} "${nameOf(reference)}" not found` : `failed to sync ${kind} cache: timed out waiting for the condition` };
  }
  const { data, binaryData } = value as ConfigMap & Pick<Secret, 'data'>;
  return { found: true, data: isSecret ? decoded(data) : { ...data, ...decoded(binaryData) } };
};

/** Files and variables of emulated containers are text. */
const decoded = (data: Readonly<Record<string, string>> | undefined): Readonly<Record<string, string>> => {
  const texts: Record<string, string> = {};
  for (const [key, base64] of Object.entries(data ?? {})) texts[key] = new TextDecoder().decode(decodeBase64(base64));
  return texts;
};

const resourceOf = (reference: ConfigReference): 'configmaps' | 'secrets' => (reference.startsWith('secrets/') ? 'secrets' : 'configmaps');
const nameOf = (reference: ConfigReference): string => reference.slice(reference.indexOf('/') + 1);
