import { CommanderError } from 'commander';
import { CommandFailed, EXIT } from './exit-codes.js';
import { VERSION } from './package-version.js';
import { program } from './program.js';

// Each worker of a run writes to these.
for (const stream of [process.stdout, process.stderr]) stream.setMaxListeners(0);

let exitCode: number = EXIT.done;
try {
  await program(VERSION, (code) => {
    exitCode = code;
  }).parseAsync();
} catch (error) {
  exitCode = failure(error);
}
process.exit(exitCode);

function failure(error: unknown): number {
  // What commander refuses it has explained already; help and version end with 0.
  if (error instanceof CommanderError) return error.exitCode === 0 ? EXIT.done : EXIT.usage;
  if (error instanceof CommandFailed) {
    process.stderr.write(`error: ${error.message}\n`);
    return error.exitCode;
  }
  process.stderr.write(`${error instanceof Error ? (error.stack ?? error.message) : String(error)}\n`);
  return EXIT.failed;
}
