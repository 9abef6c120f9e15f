import { forbiddenRequest } from '../../api/status.js';
import type { ApiRequest, Status } from '../../api/requests.js';

/**
 * The one place where it is decided who may do what. As of now members of system:masters and the components may do everything, and
 * so may everybody else who has a name: RBAC will be asked here.
 */
export const authorize = (request: ApiRequest): Status | undefined => {
  if (request.user.name !== '') return undefined;
  return forbiddenRequest(request.resource, 'name' in request ? (request.name ?? '') : '', 'the request carries no user');
};
