import type { Instant } from '@naumachia/core';

let lastSecond = Number.NaN;
let lastText = '';

/** meta/v1 Time: RFC 3339 in whole seconds, `2026-01-02T03:04:05Z`. */
export const timestamp = (at: Instant): string => {
  const second = Math.floor(at / 1000);
  if (second !== lastSecond) {
    lastSecond = second;
    lastText = `${new Date(second * 1000).toISOString().slice(0, 19)}Z`;
  }
  return lastText;
};

/** meta/v1 MicroTime: RFC 3339 with six decimals. */
export const microTimestamp = (at: Instant): string => {
  const micros = Math.floor((at - Math.floor(at / 1000) * 1000) * 1000);
  return `${timestamp(at).slice(0, 19)}.${String(micros).padStart(6, '0')}Z`;
};

/** Milliseconds since the epoch of a Time or MicroTime; NaN if it is none. */
export const instantOfTimestamp = (text: string): Instant => Date.parse(text) as Instant;
