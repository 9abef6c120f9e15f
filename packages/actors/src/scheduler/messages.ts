/** The most characters of an event's note (scheduler.go `truncateMessage`, events.k8s.io `NoteLengthLimit`); conditions keep the whole. */
const NOTE_LENGTH_LIMIT = 1024;
const SUFFIX = ' ...';

/** Cuts a message that is too long for an event. */
export const eventNote = (message: string): string => (message.length <= NOTE_LENGTH_LIMIT ? message : message.slice(0, NOTE_LENGTH_LIMIT - SUFFIX.length) + SUFFIX);
