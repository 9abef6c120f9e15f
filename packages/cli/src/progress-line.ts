import type { Progress } from '@naumachia/bench';

/** Where progress is shown. */
export interface ProgressLine {
  show(progress: Progress): void;
  /** The same in words; `phase` is what elsewhere than on a terminal begins a line at once. */
  say(phase: string, text: string, elapsed: number): void;
  /** A line of its own that stays, such as an incident. */
  note(text: string): void;
  /** Leaves a clean line behind. */
  end(): void;
}

const EVERY_MS = 3000;
const PHASES: Record<Progress['phase'], string> = { starting: 'starting the control plane', nodes: 'nodes Ready', pods: 'pods Running', faults: 'waiting until the faults are over and all is well again', settling: 'waiting until nobody writes any more' };

/** One line that is rewritten on a terminal; elsewhere a line when a phase begins and every few seconds. */
export const progressLine = (stream: NodeJS.WriteStream): ProgressLine => {
  let shown = '';
  let last: string | undefined;
  let printed = Number.NEGATIVE_INFINITY;
  const clear = (): void => {
    if (shown !== '') stream.write('\r\u001B[K');
    shown = '';
  };
  const say = (phase: string, text: string, elapsed: number): void => {
    if (stream.isTTY) {
      if (text === shown) return;
      shown = text;
      stream.write(`\r\u001B[K${text.slice(0, (stream.columns || 80) - 1)}`);
    } else if (phase !== last || elapsed - printed >= EVERY_MS) {
      last = phase;
      printed = elapsed;
      stream.write(`${text}\n`);
    }
  };
  return {
    show: (progress) => say(progress.phase, progressText(progress), progress.elapsed),
    say: (phase, text, elapsed) => say(phase, `${(elapsed / 1000).toFixed(1).padStart(5)} s  ${text}`, elapsed),
    note(text) {
      clear();
      stream.write(`${text}\n`);
    },
    end: clear,
  };
};

const progressText = ({ phase, done, of, elapsed }: Progress): string => {
  const counted = phase === 'nodes' || phase === 'pods' ? `${done.toLocaleString('en')} of ${of.toLocaleString('en')} ` : '';
  return `${(elapsed / 1000).toFixed(1).padStart(5)} s  ${counted}${PHASES[phase]}`;
};
