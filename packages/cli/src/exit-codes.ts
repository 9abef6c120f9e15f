/** What the commands end with. */
export const EXIT = {
  done: 0,
  /** Something was refused, or did not come to its end. */
  failed: 1,
  /** Flags that make no sense, or files that cannot be read. */
  usage: 2,
  /** A threshold was crossed. */
  threshold: 99,
  /** Ctrl-C. */
  interrupted: 130,
} as const;

/** Ends a command with one message and an exit code; nothing has been left running. */
export class CommandFailed extends Error {
  override readonly name = 'CommandFailed';
  readonly exitCode: number;

  constructor(message: string, exitCode: number = EXIT.failed) {
    super(message);
    this.exitCode = exitCode;
  }
}

/** Flags that make no sense together, or whose value makes none: answered with the usage of the command. */
export class UsageError extends Error {
  override readonly name = 'UsageError';
}
