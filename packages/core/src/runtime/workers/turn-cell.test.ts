import { describe, expect, it } from 'vitest';
import { TURN_CELL_BYTES, turnMarker, TurnWatch } from './turn-cell.js';

const cell = () => {
  const memory = new SharedArrayBuffer(TURN_CELL_BYTES);
  const names: { actors: string[]; steps: string[] } = { actors: [], steps: [] };
  const marker = turnMarker(memory, (of, index, name) => void ((of === 'actor' ? names.actors : names.steps)[index] = name));
  return { marker, watch: new TurnWatch(memory), names };
};

describe('the cell that a worker says in what it does', () => {
  it('a step is stuck for as long as it has been seen running, and another step is another', () => {
    const { marker, watch, names } = cell();
    marker.named(3, 'etcd');
    marker.began();
    marker.step(3, 'put');
    expect([0, 250, 500].map((now) => watch.stuckFor(now, 500))).toEqual([0, 250, 500]);
    expect(watch.latest(names)).toBe('etcd in put');
    marker.step(3, 'range');
    expect([750, 1000].map((now) => watch.stuckFor(now, 500))).toEqual([0, 250]);
    marker.ended();
    expect(watch.stuckFor(1250, 500)).toBe(0);
  });

  it('a machine that stood still does not make a step stuck', () => {
    const { marker, watch } = cell();
    marker.began();
    marker.step(0, 'put');
    watch.stuckFor(0, 500);
    expect(watch.stuckFor(60_000, 500)).toBe(500);
  });
});
