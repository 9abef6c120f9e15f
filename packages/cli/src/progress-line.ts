import type { Progress } from '@naumachia/bench';

/** Where progress is shown. */
export interface ProgressLine {
  show(progress: Progress): void;
  /** A line of its own that stays, such as an incident. */
  note(text: string): void;
  /** Leaves a clean line behind. */
  end(): void;
}

const EVERY_MS = 3000;
const PHASES: Record<Progress['phase'], string> = { starting: 'starting the control plane', nodes: 'nodes Ready', pods: 'pods Running', settling: 'waiting until nobody writes any more' };

/** One line that is rewritten on a terminal; elsewhere a line when a phase begins and every few seconds. */
export const progressLine = (stream: NodeJS.WriteStream): ProgressLine => {
  let shown = '';
  let phase: Progress['phase'] | undefined;
  let printed = Number.NEGATIVE_INFINITY;
  const clear = (): void => {
    if (shown !== '') stream.write('\r\u001B[K');
    shown = '';
  };
  return {
    show(progress) {
      const text = progressText(progress);
      if (stream.isTTY) {
        if (text === shown) return;
        shown = text;
        stream.write(`\r\u001B[K${text.slice(0, (stream.columns || 80) - 1)}`);
      } else if (progress.phase !== phase || progress.elapsed - printed >= EVERY_MS) {
        phase = progress.phase;
        printed = progress.elapsed;
        stream.write(`${text}\n`);
      }
    },
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
