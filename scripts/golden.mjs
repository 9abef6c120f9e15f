// Compares this project with what the real components answered: npm run golden -- --help
import { fileURLToPath } from 'node:url';
import { goldenCommand } from '../test/golden-runner/dist/command.js';

process.exitCode = await goldenCommand(process.argv.slice(2), fileURLToPath(new URL('../test/golden', import.meta.url)));
