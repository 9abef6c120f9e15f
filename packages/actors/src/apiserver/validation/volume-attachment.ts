import { type FieldError, forbidden, invalid, required, tooLong } from '../../api/field-error.js';
import type { VolumeAttachment } from '../../api/generated/types.js';
import { dns1123SubdomainErrors } from '../../api/names.js';
import { deepEqual } from '../equality.js';
import { type Findings, named } from './values.js';

const ONE_SOURCE = 'must specify exactly one of inlineVolumeSpec and persistentVolumeName';
const DRIVER_NAME = 63;

/** ValidateVolumeAttachment (pkg/apis/storage/validation), but for volumes that stand in the attachment itself. */
export const volumeAttachmentErrors = ({ spec }: VolumeAttachment): readonly FieldError[] => {
  const out: Findings = [];
  const { attacher = '', nodeName = '', source } = spec ?? {};
  if (attacher === '') out.push(required('spec.attacher'));
  else {
    if (attacher.length > DRIVER_NAME) out.push(tooLong('spec.attacher', DRIVER_NAME));
    for (const text of dns1123SubdomainErrors(attacher.toLowerCase())) out.push(invalid('spec.attacher', attacher, text));
  }
  const { persistentVolumeName, inlineVolumeSpec } = source ?? {};
  if (persistentVolumeName === undefined && inlineVolumeSpec === undefined) out.push(required('spec.source', ONE_SOURCE));
  else if (persistentVolumeName !== undefined && inlineVolumeSpec !== undefined) out.push(forbidden('spec.source', ONE_SOURCE));
  else if (persistentVolumeName === '') out.push(required('spec.source.persistentVolumeName', 'must specify non empty persistentVolumeName'));
  named(out, 'spec.nodeName', nodeName, dns1123SubdomainErrors);
  if (persistentVolumeName !== undefined) named(out, 'spec.source.persistentVolumeName', persistentVolumeName, dns1123SubdomainErrors);
  return out;
};

export const volumeAttachmentUpdateErrors = (attachment: VolumeAttachment, old: VolumeAttachment): readonly FieldError[] => [
  ...volumeAttachmentErrors(attachment),
  ...(deepEqual(attachment.spec, old.spec) ? [] : [invalid('spec', attachment.spec, 'field is immutable')]),
];
