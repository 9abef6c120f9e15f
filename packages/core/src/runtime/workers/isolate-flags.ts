import { setFlagsFromString } from 'node:v8';

/** V8's settings for a few busy threads. */
const FEW_ISOLATES = [
  // Megabytes of room for what is short-lived, which would else grow from one by a collection for each doubling.
  '--min-semi-space-size=16',
  // Nearly four times V8's own budget. With that, its helper threads spend as much on optimising while a thousand nodes start as all components together on what
  // they do, on the same few cores, and a part of it again once types have been seen that were not there at first.
  '--interrupt-budget=250000',
];

/** V8's settings for a thread for each actor. They are the same from before the first worker on: compiled code suits only the settings that it was made under. */
const MANY_ISOLATES = [
  // V8 collects the garbage of idle heaps eight seconds after their start (`--gc-memory-reducer-start-delay-ms`): hundreds of collections
  // at once, which take the cores from all that has work to do.
  '--no-memory-reducer',
  // Optimising a function takes longer than most threads will ever run it; fifteen times V8's own budget, which a busy thread has used up in no time.
  '--interrupt-budget=1000000',
  // For the same reason its quick compiler waits until there is more to compile (eight times its default).
  '--baseline-batch-compilation-threshold=32768',
  // What V8's four helper threads do for one of hundreds, they do before all that stand back for others, and where they have to wait for one that does,
  // all threads wait for them.
  '--no-concurrent-recompilation',
  '--no-parallel-scavenge',
  // Megabytes before old objects are collected for the first time. Sweeping after it ends on V8's four helper threads, which then wait for a core
  // behind all others, and a thread that waits for them looks again and again: the control plane's would do little else.
  '--initial-old-space-size=256',
  // What `settle` would set later.
  '--expose-gc',
];

/** Settles V8 for a process that is to run a few busy hosts, or one for each of hundreds of actors. Before its first worker. */
export const setIsolateFlags = (hosts: 'few' | 'many'): void => {
  for (const flag of hosts === 'many' ? MANY_ISOLATES : FEW_ISOLATES) setFlagsFromString(flag);
};
