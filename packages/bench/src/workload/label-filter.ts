/**
 * Whether a workload with these labels passes a filter as scheduler_perf has it (label_selector.go): words with commas between them; a word, or
 * one with `+`, must be among the labels, one with `-` must not.
 */
export const passesLabels = (filter: string, labels: readonly string[]): boolean =>
  filter.split(',').filter((word) => word !== '').every((word) => labels.includes(word.replace(/^[-+]/, '')) !== word.startsWith('-'));
