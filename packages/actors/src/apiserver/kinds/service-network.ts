import type { IPAddress, ServiceCIDR } from '../../api/generated/types.js';
import { ipAddressErrors, ipAddressUpdateErrors, serviceCidrErrors, serviceCidrUpdateErrors } from '../validation/service-network.js';
import type { Strategy } from './strategy.js';

export const ipAddress: Strategy = {
  // It has rules of its own, which `ipAddressErrors` knows.
  nameErrors: () => [],
  validate: (object) => ipAddressErrors(object as IPAddress),
  validateUpdate: (object, old) => ipAddressUpdateErrors(object as IPAddress, old as IPAddress),
};

export const serviceCidr: Strategy = {
  validate: (object) => serviceCidrErrors(object as ServiceCIDR),
  validateUpdate: (object, old) => serviceCidrUpdateErrors(object as ServiceCIDR, old as ServiceCIDR),
};
