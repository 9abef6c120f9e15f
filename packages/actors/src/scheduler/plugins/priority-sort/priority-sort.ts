import { definePlugin } from '../../framework/plugin.js';

/** Higher priority first, then who waits longer (plugins/queuesort). */
export const prioritySort = definePlugin({
  name: 'PrioritySort',
  less: (a, b) => a.pod.priority > b.pod.priority || (a.pod.priority === b.pod.priority && a.timestamp < b.timestamp),
});
