import { asWithoutFaults } from './as-without-faults.js';
import { endpointsRight } from './endpoints-right.js';
import { informersEqualStore } from './informers-equal-store.js';
import { kubeletsRunWhatIsBound } from './kubelets-run-what-is-bound.js';
import { noOrphans } from './no-orphans.js';
import { nodesNotOvercommitted } from './nodes-not-overcommitted.js';
import { nodesReady } from './nodes-ready.js';
import { phasesLegal } from './phases-legal.js';
import { podIpsUnique } from './pod-ips-unique.js';
import { podsBoundOnce } from './pods-bound-once.js';
import { podsRun } from './pods-run.js';
import type { AlwaysProperty, EndProperty } from './property.js';
import { replicasBounded } from './replicas-bounded.js';
import { revisionsRise } from './revisions-rise.js';
import { rolloutBounded } from './rollout-bounded.js';
import { storeKept } from './store-kept.js';

/** What must hold at every moment, by the names that scenarios use. */
export const ALWAYS_PROPERTIES: { readonly [name: string]: AlwaysProperty } = {
  'pods-bound-once': podsBoundOnce,
  'nodes-not-overcommitted': nodesNotOvercommitted,
  'pod-ips-unique': podIpsUnique,
  'phases-legal': phasesLegal,
  'replicas-bounded': replicasBounded,
  'rollout-bounded': rolloutBounded,
  'revisions-rise': revisionsRise,
};

/** Looked at last: what it compares with takes a run of its own. */
export const AS_WITHOUT_FAULTS = 'as-without-faults';

/** What must hold in the end; cheap ones first, for they are looked at every second. */
export const END_PROPERTIES: { readonly [name: string]: EndProperty } = {
  'nodes-ready': nodesReady,
  'pods-run': podsRun,
  'endpoints-right': endpointsRight,
  'kubelets-run-what-is-bound': kubeletsRunWhatIsBound,
  'no-orphans': noOrphans,
  'store-kept': storeKept,
  'informers-equal-store': informersEqualStore,
  [AS_WITHOUT_FAULTS]: asWithoutFaults,
};
