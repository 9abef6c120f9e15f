import type { EnabledPlugin } from '../plugins/index.js';
import type { AnyPlugin } from './plugin.js';

/** The plugins of a scheduler, sorted once by extension point. */
export interface Profile {
  readonly plugins: readonly AnyPlugin[];
  readonly preEnqueue: readonly AnyPlugin[];
  readonly queueSort: AnyPlugin;
  readonly preFilter: readonly AnyPlugin[];
  readonly filter: readonly AnyPlugin[];
  readonly preScore: readonly AnyPlugin[];
  readonly score: readonly { readonly plugin: AnyPlugin; readonly weight: number }[];
  readonly postFilter: readonly AnyPlugin[];
}

export const newProfile = (enabled: readonly EnabledPlugin[]): Profile => {
  const plugins = enabled.map(({ plugin }) => plugin);
  const queueSort = plugins.find(({ less }) => less);
  if (!queueSort) throw new Error('a scheduler profile needs one plugin with `less` (QueueSort), such as PrioritySort');
  return {
    plugins,
    preEnqueue: plugins.filter(({ preEnqueue }) => preEnqueue),
    queueSort,
    preFilter: plugins.filter(({ preFilter }) => preFilter),
    filter: plugins.filter(({ filter }) => filter),
    preScore: plugins.filter(({ preScore }) => preScore),
    score: enabled.filter(({ plugin, weight }) => plugin.score && weight > 0),
    postFilter: plugins.filter(({ postFilter }) => postFilter),
  };
};
