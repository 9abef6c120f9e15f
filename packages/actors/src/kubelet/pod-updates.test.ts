import { Encoded, instantOf } from '@naumachia/core';
import { describe, expect, test } from 'vitest';
import type { Pod } from '../api/generated/types.js';
import type { Stored } from '../api/requests.js';
import { podWorker, type PodWorker } from './pod-worker-state.js';
import { takeWritten, whoseWrite } from './pod-updates.js';

const podAt = (revision: number): Stored<Pod> =>
  Encoded.ofValue({ resource: 'pods', namespace: 'ns', name: 'web', uid: 'u', change: 'updated' as const, keys: [], revision, createRevision: 1 }, { metadata: {}, spec: { containers: [] } } as unknown as Pod);

/** A worker of which revision 5 is known, and that waits for the answer to a write. */
const writing = (): PodWorker => Object.assign(podWorker(podAt(5), 0, 0, instantOf(0)), { writing: true });

const answered = (worker: PodWorker, revision: number): number | undefined => {
  worker.writing = false;
  return takeWritten(worker, revision)?.header.revision;
};

describe('a kubelet that is told the revision alone of what it wrote', () => {
  test('knows its own write when the feed tells of it, before the answer or after it', () => {
    const after = writing();
    expect(answered(after, 6)).toBeUndefined();
    expect(whoseWrite(after, podAt(6))).toBe('own');
    const before = writing();
    expect(whoseWrite(before, podAt(6))).toBe('unknown');
    expect(answered(before, 6)).toBeUndefined();
    for (const worker of [after, before]) {
      expect([worker.stored.header.revision, worker.ownRevisions, worker.news]).toEqual([6, undefined, undefined]);
      expect(whoseWrite(worker, podAt(7))).toBe('foreign');
    }
  });

  test.each(['before', 'after'])('looks at what others wrote before it once its own write is told, which shows both (told %s the answer)', (when) => {
    const worker = writing();
    if (when === 'before') expect(whoseWrite(worker, podAt(6))).toBe('unknown');
    expect(answered(worker, 7)).toBeUndefined();
    if (when === 'after') expect(whoseWrite(worker, podAt(6))).toBe('unknown');
    expect(whoseWrite(worker, podAt(7))).toBe('foreign');
    expect([worker.news, worker.muchNews, worker.ownRevisions]).toEqual([undefined, false, undefined]);
  });

  test('looks at what others wrote before the first of two own writes once the second is told', () => {
    const worker = writing();
    expect(answered(worker, 7)).toBeUndefined();
    worker.writing = true;
    expect(whoseWrite(worker, podAt(6))).toBe('unknown');
    expect(whoseWrite(worker, podAt(7))).toBe('unknown');
    expect(answered(worker, 8)).toBeUndefined();
    expect(whoseWrite(worker, podAt(8))).toBe('foreign');
  });

  test('looks at once at what others wrote after it', () => {
    const worker = writing();
    expect(whoseWrite(worker, podAt(6))).toBe('unknown');
    expect(whoseWrite(worker, podAt(7))).toBe('unknown');
    expect(answered(worker, 6)).toBe(7);
  });

  test('waits for nothing where its write has changed nothing', () => {
    const worker = writing();
    expect(answered(worker, 5)).toBeUndefined();
    expect(worker.ownRevisions).toBeUndefined();
    expect(whoseWrite(worker, podAt(6))).toBe('foreign');
  });
});
