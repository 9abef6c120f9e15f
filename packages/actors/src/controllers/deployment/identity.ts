import type { ObjectReference } from '../../api/generated/types.js';
import { serviceAccountClient } from '../../machinery/requests.js';
import type { DeploymentView } from '../workload-views.js';

export const DEPLOYMENT_CONTROLLER = 'deployment-controller';
export const CLIENT = serviceAccountClient('deployment-controller', 'kube-controller-manager');

/** What the Events of the controller name as their object. */
export const deploymentReference = ({ header }: DeploymentView): ObjectReference => ({
  kind: 'Deployment',
  namespace: header.namespace,
  name: header.name,
  uid: header.uid,
  apiVersion: 'apps/v1',
  resourceVersion: String(header.revision),
});
