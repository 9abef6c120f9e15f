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

  it('steps are named without a word to who watches, until there is no more room for names', () => {
    const { marker, watch, names } = cell();
    marker.named(0, 'etcd');
    const steps = Array.from({ length: 400 }, (_, index) => `step number ${index}`);
    for (const step of [...steps, 'a', 'step number 3']) {
      marker.step(0, step);
      expect(watch.latest(names)).toBe(`etcd in ${step}`);
    }
    const announced = Object.keys(names.steps).map(Number);
    expect(announced[0]).toBeGreaterThan(200);
    expect(announced).toEqual(Array.from({ length: 401 - (announced[0] as number) }, (_, index) => (announced[0] as number) + index));
  });

  it('a machine that stood still does not make a step stuck', () => {
    const { marker, watch } = cell();
    marker.began();
    marker.step(0, 'put');
    watch.stuckFor(0, 500);
    expect(watch.stuckFor(60_000, 500)).toBe(500);
  });
});
