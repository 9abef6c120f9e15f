import type { RunView } from '@naumachia/core';
import type { Identities } from './authentication.js';
import { newFlowControl, type FlowControl } from './flow-control.js';
import type { EdgeLimits } from './limits.js';
import { type EdgeMetrics, newEdgeMetrics } from './metrics.js';
import { noBodies, type Bodies } from './request-body.js';
import { noOutput, type UnreadOutput } from './unread-output.js';

/** What all requests to an edge share: whom it knows, and what it can still take on. */
export interface Serving {
  readonly identities: Identities;
  readonly limits: EdgeLimits;
  readonly flow: FlowControl;
  readonly bodies: Bodies;
  readonly unread: UnreadOutput;
  readonly metrics: EdgeMetrics;
}

export const newServing = (identities: Identities, limits: EdgeLimits, run: RunView): Serving => ({
  identities, limits, flow: newFlowControl(limits), bodies: noBodies(limits), unread: noOutput(limits), metrics: newEdgeMetrics(run),
});
