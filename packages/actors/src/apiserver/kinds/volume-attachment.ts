import type { VolumeAttachment } from '../../api/generated/types.js';
import { volumeAttachmentErrors, volumeAttachmentUpdateErrors } from '../validation/volume-attachment.js';
import type { Strategy } from './strategy.js';

export const volumeAttachment: Strategy = {
  validate: (object) => volumeAttachmentErrors(object as VolumeAttachment),
  validateUpdate: (object, old) => volumeAttachmentUpdateErrors(object as VolumeAttachment, old as VolumeAttachment),
};
