import { expect, it } from 'vitest';
import { hostSamples } from './host-samples.js';

it('a busy host takes a sample a second, an idle one none but the last', () => {
  let now = 10_000;
  const busy = new Map([['kubelet', { milliseconds: 0 }]]);
  const samples = hostSamples(busy, () => now);
  for (let step = 0; step < 256 * 300; step++) {
    samples.stepped(1);
    if (step % 256 === 0) now += 10;
    busy.set('kubelet', { milliseconds: step });
  }
  const taken = samples.upToNow();
  expect(taken).toHaveLength(4);
  for (const [index, { at }] of taken.slice(1, -1).entries()) expect(at - (taken[index]?.at ?? 0)).toBeGreaterThanOrEqual(1000);
  expect(taken.at(-1)?.busy).toEqual({ kubelet: 256 * 300 - 1 });
  expect(hostSamples(busy, () => now).upToNow()).toHaveLength(1);
});

it('samples of a long run come less often, so that they stay few', () => {
  let now = 0;
  const samples = hostSamples(new Map(), () => now);
  for (let step = 0; step < 256 * 20_000; step++) {
    samples.stepped(1);
    if (step % 256 === 255) now += 1000;
  }
  const taken = samples.upToNow();
  expect(taken.length).toBeLessThanOrEqual(480);
  expect(taken.length).toBeGreaterThan(200);
});

it('a host whose few steps are long takes samples, too', () => {
  let now = 0;
  const samples = hostSamples(new Map(), () => now);
  for (let step = 0; step < 20; step++) {
    now += 600;
    samples.stepped(6000);
  }
  expect(samples.upToNow()).toHaveLength(11);
});
