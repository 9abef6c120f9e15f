import type { KubernetesObject } from '@naumachia/actors';
import { kindType, rebuild, reportDecoding } from '@naumachia/actors/api';
import { InvalidObject } from './errors.js';

/** The object as the API server takes it. Throws `InvalidObject` in the words of its strict decoder. */
export const checkedObject = (object: KubernetesObject): KubernetesObject => {
  const type = kindType(object.apiVersion, object.kind);
  if (!type) throw new InvalidObject(`no matches for kind ${JSON.stringify(object.kind)} in version ${JSON.stringify(object.apiVersion)}`);
  const { object: rebuilt, clean } = rebuild(type, object);
  if (!clean) {
    const { error, strict } = reportDecoding(type, object);
    const problems = error === undefined ? strict : [error];
    if (problems.length > 0) throw new InvalidObject(`${object.kind} ${object.metadata?.name ?? ''}: ${problems.join('; ')}`);
  }
  return rebuilt;
};
