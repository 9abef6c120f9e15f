import { describe, expect, test } from 'vitest';
import type { Job, JobSpec, PersistentVolumeClaim, PersistentVolumeClaimSpec, StatefulSet, StatefulSetSpec } from '../../api/generated/types.js';
import { jobUpdateErrors } from './job.js';
import { claimUpdateErrors } from './persistent-volume-claim.js';
import { statefulSetUpdateErrors } from './stateful-set.js';

const job = (spec: Partial<JobSpec>): Job => ({ metadata: {}, spec: { template: {}, ...spec } }) as Job;
const set = (spec: Partial<StatefulSetSpec>): StatefulSet => ({ metadata: {}, spec: { serviceName: 's', ...spec } }) as StatefulSet;
const claim = (spec: Partial<PersistentVolumeClaimSpec>, phase = 'Pending'): PersistentVolumeClaim =>
  ({ apiVersion: 'v1', kind: 'PersistentVolumeClaim', metadata: {}, spec: { accessModes: ['ReadWriteOnce'], resources: { requests: { storage: '1Gi' } }, ...spec }, status: { phase, capacity: { storage: '1Gi' } } }) as PersistentVolumeClaim;
const texts = (errors: readonly { readonly field: string; readonly message: string }[]): string[] => errors.map(({ field, message }) => `${field}: ${message}`);

describe('a Job', () => {
  test('keeps its completions, unless it is Indexed and its parallelism goes with them', () => {
    expect(texts(jobUpdateErrors(job({ completions: 5 }), job({ completions: 1 })))).toEqual(['spec.completions: Invalid value: 5: field is immutable']);
    expect(jobUpdateErrors(job({ completions: 5, parallelism: 5, completionMode: 'Indexed' }), job({ completions: 1, parallelism: 1, completionMode: 'Indexed' }))).toEqual([]);
    expect(texts(jobUpdateErrors(job({ completions: 5, parallelism: 2, completionMode: 'Indexed' }), job({ completions: 1, completionMode: 'Indexed' })))).toEqual(['spec.completions: Invalid value: 5: can only be modified in tandem with spec.parallelism']);
  });

  test('may be suspended and made wider', () => {
    expect(jobUpdateErrors(job({ suspend: true, parallelism: 3 }), job({ parallelism: 1 }))).toEqual([]);
  });
});

describe('a StatefulSet', () => {
  test('keeps what the identities of its pods hang on', () => {
    expect(texts(statefulSetUpdateErrors(set({ serviceName: 'other' }), set({})))[0]).toMatch(/^spec: Forbidden: updates to statefulset spec for fields other than 'replicas', /);
  });

  test('may be scaled and rolled', () => {
    expect(statefulSetUpdateErrors(set({ replicas: 3, updateStrategy: { type: 'OnDelete' } }), set({ replicas: 1 }))).toEqual([]);
  });
});

describe('a claim', () => {
  const larger = { resources: { requests: { storage: '2Gi' } } };

  test('that is not bound keeps its size, and the refusal shows the difference', () => {
    const [refused] = texts(claimUpdateErrors(claim(larger), claim({})));
    expect(refused).toContain('spec: Forbidden: spec is immutable after creation except resources.requests and volumeAttributesClassName for bound claims\n@@ -6,7 +6,7 @@\n');
    expect(refused).toContain('\n-   "storage": "1Gi"\n+   "storage": "2Gi"\n');
  });

  test('that is bound may grow and not shrink', () => {
    expect(claimUpdateErrors(claim(larger, 'Bound'), claim({}, 'Bound'))).toEqual([]);
    expect(texts(claimUpdateErrors(claim({ resources: { requests: { storage: '1Mi' } } }, 'Bound'), claim({}, 'Bound')))).toEqual(['spec.resources.requests.storage: Forbidden: field can not be less than status.capacity']);
  });

  test('is given its volume once', () => {
    expect(claimUpdateErrors(claim({ volumeName: 'v' }), claim({}))).toEqual([]);
    expect(claimUpdateErrors(claim({ volumeName: 'w' }), claim({ volumeName: 'v' }))).toHaveLength(1);
  });
});
