import type { PodSpec, RuntimeClass } from '../../api/generated/types.js';
import { forbiddenRequest } from '../../api/status.js';
import { deepEqual } from '../equality.js';
import type { AdmissionPlugin } from './plugin.js';

/** A pod's overhead is that of its RuntimeClass, which must exist (plugin/runtimeclass). */
export const runtimeClass: AdmissionPlugin = {
  name: 'RuntimeClass',
  admit: ({ operation, kind, subresource, name }, object, context) => {
    if (kind.resource !== 'pods' || operation !== 'create' || subresource !== '') return object;
    const spec = object.spec as PodSpec;
    const className = spec.runtimeClassName ?? '';
    if (className === '') return spec.overhead === undefined ? object : forbiddenRequest('pods', name, 'pod rejected: Pod Overhead set without corresponding RuntimeClass defined Overhead');
    const found = context.find('runtimeclasses.node.k8s.io', '', className)?.value as RuntimeClass | undefined;
    if (found === undefined) return forbiddenRequest('pods', name, `pod rejected: RuntimeClass "${className}" not found`);
    const overhead = found.overhead?.podFixed;
    if (overhead === undefined) return spec.overhead === undefined ? object : forbiddenRequest('pods', name, 'pod rejected: Pod Overhead set without corresponding RuntimeClass defined Overhead');
    if (spec.overhead !== undefined && !deepEqual(spec.overhead, overhead)) return forbiddenRequest('pods', name, "pod rejected: Pod's Overhead doesn't match RuntimeClass's defined Overhead");
    return Object.assign({}, object, { spec: Object.assign({}, spec, { overhead }) });
  },
};
