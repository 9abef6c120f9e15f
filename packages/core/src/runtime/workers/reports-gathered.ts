import type { HostReport } from '../control.js';

/** Asks the main thread, which alone knows all hosts, for their reports. Who asks while others wait gets what they get. */
export class ReportsGathered {
  readonly #ask: (request: number) => void;
  #last = 0;
  #waiting: { readonly request: number; readonly answer: Promise<readonly HostReport[]>; readonly resolve: (reports: readonly HostReport[]) => void } | undefined;

  constructor(ask: (request: number) => void) {
    this.#ask = ask;
  }

  ask(): Promise<readonly HostReport[]> {
    if (!this.#waiting) {
      let resolve: (reports: readonly HostReport[]) => void = () => undefined;
      const answer = new Promise<readonly HostReport[]>((settle) => (resolve = settle));
      this.#waiting = { request: ++this.#last, answer, resolve };
      this.#ask(this.#last);
    }
    return this.#waiting.answer;
  }

  answered(request: number, reports: readonly HostReport[]): void {
    const waiting = this.#waiting;
    if (waiting?.request !== request) return;
    this.#waiting = undefined;
    waiting.resolve(reports);
  }
}
