import type { Instant } from '@naumachia/core';

/** How long ago a timestamp of the API was, as kubectl shows ages; `<unknown>` where there is none. */
export const ageSince = (timestamp: string | null | undefined, now: Instant): string =>
  timestamp ? humanDuration((now - Date.parse(timestamp)) / 1000) : '<unknown>';

/** HumanDuration of k8s.io/apimachinery/pkg/util/duration: at most two units, the finer the shorter the span. */
export const humanDuration = (inSeconds: number): string => {
  const seconds = Math.trunc(inSeconds);
  // Up to two seconds into the future are taken for a clock that is slow.
  if (seconds < -1) return '<invalid>';
  if (seconds < 0) return '0s';
  if (seconds < 120) return `${seconds}s`;
  const minutes = Math.floor(seconds / 60);
  if (minutes < 10) return withRest(minutes, 'm', seconds % 60, 's');
  if (minutes < 180) return `${minutes}m`;
  const hours = Math.floor(minutes / 60);
  if (hours < 8) return withRest(hours, 'h', minutes % 60, 'm');
  if (hours < 48) return `${hours}h`;
  const days = Math.floor(hours / 24);
  if (hours < 192) return withRest(days, 'd', hours % 24, 'h');
  if (hours < 24 * 365 * 2) return `${days}d`;
  if (hours < 24 * 365 * 8) return withRest(Math.floor(days / 365), 'y', days % 365, 'd');
  return `${Math.floor(days / 365)}y`;
};

const withRest = (count: number, unit: string, rest: number, restUnit: string): string => (rest === 0 ? `${count}${unit}` : `${count}${unit}${rest}${restUnit}`);
