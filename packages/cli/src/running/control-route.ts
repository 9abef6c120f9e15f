export { type ControlledCluster, type ControlRoute, Refusal } from './control-routes.js';
