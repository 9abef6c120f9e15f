import { MessageChannel, receiveMessageOnPort } from 'node:worker_threads';
import { catalog } from '@naumachia/actors';
import { type ActorContext, type Address, defineActor, Encoded, type Envelope, Host, MemoryDisks, named, type PeerItem, packFrame, Ring, unpackFrame, useStructures, wallClock } from '@naumachia/core';
import type { SuiteTask } from './suite.js';

/** Messages that a worker puts in one frame when it is busy; one by one they cost three times as much. */
const BATCH = 64;
const FRAMES = 16;
const ACTORS = 100;
const IN_FLIGHT = 100;
const STEPS = 10_000;

/** What messages cost: within a host, in a mailbox, and across threads. */
export const messagingTasks = (): SuiteTask[] => {
  useStructures(catalog.structures ?? []);
  return [inHost(), mailbox(), packAndUnpack(), handOn(), forward()];
};

interface Token {
  readonly type: 'token';
  readonly n: number;
}

const relay = defineActor<{ readonly next: string }, { readonly next: Address<Token>; seen: number }, Token>({
  kind: 'relay',
  start: ({ next }, context: ActorContext) => {
    for (let n = 0; n < IN_FLIGHT; n++) context.send(named<Token>(next), { type: 'token', n });
    return { next: named<Token>(next), seen: 0 };
  },
  receive: {
    token: (state, token, context) => {
      state.seen++;
      context.send(state.next, token);
    },
  },
});

/** A hundred actors hand on messages; the host has an observer that asks for nothing and a fault plane without rules. */
const inHost = (): SuiteTask => {
  const host = new Host({ name: 'bench', index: 1, incarnation: 1, seed: 1, clock: wallClock, definitions: () => relay, disks: new MemoryDisks(), observer: {} });
  for (let i = 0; i < ACTORS; i++) host.start({ name: `relay/${i}`, kind: 'relay', config: { next: `relay/${(i + 37) % ACTORS}` } });
  return {
    name: 'messages within a host',
    operations: STEPS,
    run: () => {
      for (let step = 0; step < STEPS; step++) host.step();
    },
  };
};

const mailbox = (): SuiteTask => {
  const ring = new Ring<Envelope>();
  const { envelope } = message(0);
  return {
    name: 'in and out of a mailbox',
    operations: STEPS,
    run: () => {
      for (let done = 0; done < STEPS; done += BATCH) {
        for (let i = 0; i < BATCH; i++) ring.push(envelope);
        for (let i = 0; i < BATCH; i++) ring.shift();
      }
    },
  };
};

/** A scheduler's binding, as it goes to the API server's host. */
const message = (n: number): Extract<PeerItem, { readonly item: 'envelope' }> => ({
  item: 'envelope',
  envelope: {
    id: n, cause: n - 1, from: { actor: 'scheduler', incarnation: 1 }, to: { actor: 'apiserver', incarnation: 0 }, link: 'stream', kind: 'request', slot: n, deadline: undefined,
    message: { type: 'bind', namespace: 'default', name: `web-${n}`, uid: `uid-${n}`, node: `node-${n % 1000}` } as Envelope['message'],
  },
});

/** Changes of pods, whose bytes were made when they were written. */
const changes = (): PeerItem => {
  const entries = Array.from({ length: BATCH }, (_, n) => ({ revision: n + 1, keys: ['spec.nodeName=node-1'], value: Encoded.ofValue({ key: `/registry/pods/default/web-${n}`, revision: n + 1 }, POD) }));
  return { item: 'entries', mirror: 1, revision: BATCH, entries };
};

const POD = { apiVersion: 'v1', kind: 'Pod', metadata: { name: 'web', namespace: 'default', labels: { app: 'web' } }, spec: { nodeName: 'node-1', containers: Array.from({ length: 8 }, (_, n) => ({ name: `c${n}`, image: 'registry.k8s.io/pause:3.10' })) } };

/** Through a port as between two threads, which share the memory of the frame. */
const port = (): ((frame: Uint8Array<SharedArrayBuffer>) => Uint8Array<SharedArrayBuffer>) => {
  const { port1, port2 } = new MessageChannel();
  port1.unref();
  port2.unref();
  return (frame) => {
    port1.postMessage(frame);
    return (receiveMessageOnPort(port2) as { readonly message: Uint8Array<SharedArrayBuffer> }).message;
  };
};

const packAndUnpack = (): SuiteTask => {
  const items = Array.from({ length: BATCH }, (_, n) => message(n + 1));
  const across = port();
  return ofFrames(`messages to another thread and unpacked, frames of ${BATCH}`, () => unpackFrame(across(packFrame(items))).length);
};

/** What a host does with changes for a host of followers: they come as bytes and go as bytes. */
const handOn = (): SuiteTask => {
  const across = port();
  let received = unpackFrame(packFrame([changes()]));
  return ofFrames(`changes to another thread and on, values as bytes, frames of ${BATCH}`, () => {
    received = unpackFrame(across(packFrame(received)));
    return received.length;
  });
};

/** What a gateway does: the frame goes on as it came. */
const forward = (): SuiteTask => {
  const across = port();
  let frame = packFrame(Array.from({ length: BATCH }, (_, n) => message(n + 1)));
  return ofFrames(`messages through a gateway, undecoded, frames of ${BATCH}`, () => {
    frame = across(frame);
    return frame.length;
  });
};

const ofFrames = (name: string, frame: () => number): SuiteTask => ({
  name,
  operations: BATCH * FRAMES,
  run: () => {
    let sum = 0;
    for (let i = 0; i < FRAMES; i++) sum += frame();
    return sum;
  },
});
