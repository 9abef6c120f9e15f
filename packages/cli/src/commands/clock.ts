import { type Command, Option } from 'commander';
import { durationValue, positiveNumber } from '../flag-values.js';
import type { ClockFlags } from '../clock-command.js';
import { type CommandFamily, output } from './family.js';

const EXAMPLES = `
Examples:
  naumachia up --mode simulated --paused     a cluster whose clock stands
  naumachia clock advance 300s               five minutes of it, in a second
  naumachia clock speed 60                   a minute in each second
  naumachia clock pause                      what was to advance is given up
  naumachia clock save before.run            and, later or elsewhere: naumachia up --from before.run

Exit codes: 0 done; 1 there is no such cluster, or it is not simulated; 2 wrong usage.`;

const clusterOption = (): Option => new Option('--cluster <name>', 'the cluster that is meant (default: the only one that runs)');

/** `clock` and what is under it. */
export const clockCommands: CommandFamily = (program, ended) => {
  const clock = program
    .command('clock')
    .description('Show, advance, speed up or stop the clock of a cluster that was started with --mode simulated.')
    .addOption(clusterOption())
    .addOption(output())
    .addHelpText('afterAll', EXAMPLES)
    .enablePositionalOptions()
    .action(async (flags: ClockFlags) => ended(await (await import('../clock-command.js')).showClock(flags)));
  const under = (name: string, description: string): Command => clock.command(name).description(description).addOption(clusterOption()).addOption(output());
  under('advance', 'Let some time go by as fast as it can be computed.')
    .argument('<time>', 'how much, such as 300s, 6m or 24h', durationValue)
    .action(async (time: number, flags: ClockFlags) => ended(await (await import('../clock-command.js')).advanceClock(time, flags)));
  under('speed', 'Let the clock go from now on, faster or slower than that of the wall.')
    .argument('<number>', 'its seconds in one of the wall, such as 10 or 0.5', positiveNumber)
    .action(async (speed: number, flags: ClockFlags) => ended(await (await import('../clock-command.js')).setClockSpeed(speed, flags)));
  under('save', 'Keep in a file what has happened so far; `naumachia up --from` goes on from there, as often as you like.')
    .argument('<file>', 'where to keep it')
    .action(async (file: string, flags: ClockFlags) => ended(await (await import('../clock-command.js')).saveRun(file, flags)));
  under('pause', 'Let the clock stand; requests are answered all the same.').action(async (flags: ClockFlags) => ended(await (await import('../clock-command.js')).setClockSpeed(0, flags)));
};
