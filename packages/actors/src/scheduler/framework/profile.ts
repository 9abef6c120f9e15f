import { type ClusterEvent, covers } from './cluster-event.js';
import type { AnyPlugin, EventWithHint, Queued } from './plugin.js';

/** A plugin in its place, with the weight of its score (0 where it has none). */
export interface EnabledPlugin {
  readonly plugin: AnyPlugin;
  readonly weight: number;
}

/** The plugins of a scheduler, sorted once by extension point. Code, not state: a snapshot of a scheduler names none of it. */
export interface Profile {
  readonly preEnqueue: readonly AnyPlugin[];
  /** QueueSort. */
  readonly less: (a: Queued, b: Queued) => boolean;
  readonly preFilter: readonly AnyPlugin[];
  readonly filter: readonly AnyPlugin[];
  readonly preScore: readonly AnyPlugin[];
  readonly score: readonly { readonly plugin: AnyPlugin; readonly weight: number }[];
  readonly postFilter: readonly AnyPlugin[];
  readonly hints: readonly { readonly plugin: string; readonly registered: EventWithHint }[];
  /** The events that a plugin registered for. */
  readonly eventsOf: (plugin: string) => readonly ClusterEvent[];
  /** Whether any plugin registered for such an event. */
  readonly interest: (event: ClusterEvent) => boolean;
}

export const newProfile = (enabled: readonly EnabledPlugin[]): Profile => {
  const plugins = enabled.map(({ plugin }) => plugin);
  const less = plugins.find((plugin) => plugin.less)?.less;
  if (!less) throw new Error('a scheduler profile needs one plugin with `less` (QueueSort), such as PrioritySort');
  const hints = plugins.flatMap((plugin) => (plugin.events ?? []).map((registered) => ({ plugin: plugin.name, registered })));
  const interests = new Map<string, boolean>();
  return {
    preEnqueue: plugins.filter(({ preEnqueue }) => preEnqueue),
    less,
    preFilter: plugins.filter(({ preFilter }) => preFilter),
    filter: plugins.filter(({ filter }) => filter),
    preScore: plugins.filter(({ preScore }) => preScore),
    score: enabled.filter(({ plugin, weight }) => plugin.score && weight > 0),
    postFilter: plugins.filter(({ postFilter }) => postFilter),
    hints,
    eventsOf: (name) => hints.filter(({ plugin }) => plugin === name).map(({ registered }) => registered.event),
    interest: (event) => {
      if (event.resource === '*') return true;
      const name = `${event.resource} ${event.action}`;
      let known = interests.get(name);
      if (known === undefined) interests.set(name, (known = hints.some(({ registered }) => covers(registered.event, event))));
      return known;
    },
  };
};
