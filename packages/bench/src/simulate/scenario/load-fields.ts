import type { KubernetesObject } from '@naumachia/actors';
import type { LoadAction, LoadStep } from './scenario.js';
import { counts, duration, durations, text } from '../../yaml/values.js';
import { checked, mapping, optional, type Parser, report, required } from '../../yaml/place.js';

interface Deployment extends KubernetesObject {
  readonly spec: { readonly template: { readonly spec: { readonly containers: readonly { readonly name: string }[] } } };
}

/** One entry of `load`; it speaks of the Deployments among the scenario's objects. */
export const loadStep = (objects: readonly KubernetesObject[]): Parser<LoadStep> => {
  const deployments = new Map(objects.filter(({ kind }) => kind === 'Deployment').map((object) => [object.metadata.name ?? '', object as Deployment]));
  const known = [...deployments.keys()].join(', ') || 'none';
  const deployment = required(checked(text, (name) => (deployments.has(name) ? undefined : `there is no Deployment ${JSON.stringify(name)} among the manifests; there are: ${known}`)));
  const parse = mapping({
    at: required(durations),
    every: optional(durations),
    until: optional(duration),
    setImage: optional(mapping({ deployment, container: optional(text), image: required(text) })),
    scale: optional(mapping({ deployment, replicas: required(counts(0, 100_000)) })),
    restart: optional(mapping({ deployment })),
    deletePod: optional(mapping({ deployment })),
  });
  return (place) => {
    const read = parse(place);
    if (read === undefined) return undefined;
    const { at, every, until, setImage, scale, restart, deletePod } = read;
    const actions: LoadAction[] = [];
    const namespaceOf = (name: string): string => deployments.get(name)?.metadata.namespace ?? 'default';
    if (setImage) {
      const container = setImage.container ?? deployments.get(setImage.deployment)?.spec.template.spec.containers[0]?.name ?? '';
      actions.push({ type: 'set-image', namespace: namespaceOf(setImage.deployment), deployment: setImage.deployment, container, image: setImage.image });
    }
    if (scale) actions.push({ type: 'scale', namespace: namespaceOf(scale.deployment), ...scale });
    if (restart) actions.push({ type: 'restart', namespace: namespaceOf(restart.deployment), ...restart });
    if (deletePod) actions.push({ type: 'delete-pod', namespace: namespaceOf(deletePod.deployment), ...deletePod });
    const [action] = actions;
    if (action === undefined || actions.length > 1) return report(place, 'expected one of setImage, scale, restart, deletePod');
    if ((every === undefined) !== (until === undefined)) return report(place, '`every` and `until` belong together');
    if (every !== undefined && every.least <= 0) return report(place, '`every` must be longer than nothing');
    return { at, every, until, action };
  };
};
