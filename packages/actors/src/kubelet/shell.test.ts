import { type Instant, instantOf } from '@naumachia/core';
import { describe, expect, test } from 'vitest';
import type { CommandContext } from './commands.js';
import { type Process, runProcess, startProcess } from './process.js';

const START = instantOf(Date.UTC(2026, 0, 1));

interface Run {
  readonly process: Process;
  readonly output: { at: number; stdout: string; stderr: string };
  readonly files: Map<string, string>;
  /** Runs to so many seconds after the start. */
  to(seconds: number): Run;
}

const run = (script: string): Run => {
  const output = { at: 0, stdout: '', stderr: '' };
  const files = new Map<string, string>();
  const started = startProcess('busybox', ['sh', '-c', script], [], START);
  if ('error' in started) throw new Error(started.error);
  const { process } = started;
  const context = (now: Instant): CommandContext => ({
    now,
    hostname: 'web-0',
    podIP: '10.244.1.2',
    workingDirectory: '',
    commandLine: script,
    environment: (name) => ({ HOSTNAME: 'web-0', GREETING: 'hello' })[name],
    environmentNames: () => ['HOSTNAME', 'GREETING'],
    readFile: (path) => files.get(path),
    writeFile: (path, text, append) => files.set(path, append ? (files.get(path) ?? '') + text : text).has(path),
    removeFile: (path) => void files.delete(path),
    files: () => [...files.keys()],
    mountPoints: () => [],
    readInput: () => '',
    readLine: () => undefined,
    hasMoreInput: () => false,
    print: (text, stream) => void (output[stream] += text),
  });
  const made: Run = {
    process,
    output,
    files,
    to: (seconds) => {
      const now = (START + seconds * 1000) as Instant;
      while (!process.exited && process.wakesAt !== undefined && process.wakesAt <= now) runProcess(process, context(process.wakesAt), process.wakesAt);
      return made;
    },
  };
  return made.to(0);
};

describe('the shell of emulated containers', () => {
  const outputs: readonly (readonly [script: string, stdout: string, status: number])[] = [
    ['echo first; echo last words; exit 3', 'first\nlast words\n', 3],
    ['true && echo yes || echo no', 'yes\n', 0],
    ['false && echo yes || echo no', 'no\n', 0],
    ['false || false; echo $?', '1\n', 0],
    ['echo "a  b" \'c $HOSTNAME\' "$GREETING $(hostname)"', 'a  b c $HOSTNAME hello web-0\n', 0],
    ['for i in 1 2 3; do echo $i; done', '1\n2\n3\n', 0],
    ['for i in a b; do for j in x y; do echo $i$j; done; done', 'ax\nay\nbx\nby\n', 0],
    ['if test -f /tmp/x; then echo there; else echo gone; fi', 'gone\n', 0],
    ['echo one > /tmp/f; echo two >> /tmp/f; cat /tmp/f', 'one\ntwo\n', 0],
    ['touch /tmp/a; ls /tmp; rm /tmp/a; ls /tmp', 'a\n', 0],
    ['X=5; echo ${X}$X', '55\n', 0],
    ['A=1 B=2; echo "$A$B"', '12\n', 0],
    ['GREETING=bye X=1 env; echo "$GREETING$X"', 'GREETING=bye\nHOSTNAME=web-0\nX=1\nhello\n', 0],
    ['X=2 sh -c "env"', 'GREETING=hello\nHOSTNAME=web-0\nX=2\n', 0],
    ['echo -n no newline', 'no newline', 0],
    ['[ "$GREETING" = hello ] && echo same', 'same\n', 0],
    ['sh -c "exit 42"; echo $?', '42\n', 0],
    ['nonsense', '', 127],
    ['cat /missing', '', 1],
    ['# a comment\necho after', 'after\n', 0],
    ['printf "%s=%d%%\\n" a 1 b 2; printf hi', 'a=1%\nb=2%\nhi', 0],
    ['echo a b | cat', 'a b\n', 0],
    ['for i in x y z; do echo $i >> /f; done; cat /f | grep -v y | head -n 1; wc -l < /f; tail -1 /f; grep -c . /f', 'x\n3\nz\n3\n', 0],
    ['echo hello | grep -q ell && echo found; false | true; echo $?', 'found\n0\n', 0],
    ['echo one | X=2 sh -c "read A; echo got \\$A \\$X"', 'got one 2\n', 0],
    ['echo "a | b" \'c < d\'', 'a | b c < d\n', 0],
    ['echo a\r\nb\u00a0c\f=1; echo d', 'a\r\nd\n', 0],
    ['false &&\n echo no; echo a |\n cat', 'a\n', 0],

  ];
  for (const [script, stdout, status] of outputs) {
    test(`runs ${JSON.stringify(script)}`, () => {
      const { process, output } = run(script);
      expect([output.stdout, process.exited, process.status]).toEqual([stdout, true, status]);
    });
  }

  test('refuses what it does not know before any of it runs', () => {
    const unknown: readonly (readonly [string, string])[] = [
      ['echo a; x=$((1+2)); echo $x', 'calculations (`$((`)'], ['echo `hostname`', 'backquotes'], ['case a in a) echo yes;; esac', '`case`'], ['f() { echo hi; }; f', 'functions'],
      ['(cd /; ls)', 'subshells'], ['{ echo a; }', 'groups'], ['echo ${X:-y}', 'what changes a variable (`${`)'], ['cat << EOF\na\nEOF', 'documents in a script (`<<`)'],
      ['echo "$(echo `id`)"', 'backquotes'], ['cat /f | while read l; do echo $l; done', 'pipes into loops and conditions'], ['[[ -f /x ]]', '`[[`'],
      ['for i in a b; do echo $i; done | wc -l', 'pipes and redirections of loops and conditions'], ['while false; do true; done > /f', 'pipes and redirections of loops and conditions'], ['ls /x 2>/f', '`2>/f`'],
    ];
    for (const [script, what] of unknown) expect([run(script).output.stdout, run(script).output.stderr, run(script).process.status]).toEqual(['', `sh: the emulated shell does not know ${what}\n`, 2]);
    expect(run('sleep 1 | cat').output.stderr).toBe('sh: commands that wait are not emulated in a pipe\n');
    expect(run("echo aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa | grep '(a+)+b'").output.stderr).toBe("grep: bad regex '(a+)+b'\n");
    for (const script of ['grep -o a /f', 'wc -m /f', 'head -c 3 /f', 'tail -q /f', 'printf %x 3']) expect(run(script).output.stderr).toMatch(/^(grep|wc|head|tail|printf): the emulated command does not know [-%]\w\n$/);
    expect(run('cat < /missing').output.stderr).toBe("sh: can't open /missing: no such file\n");
  });

  test('comes to an end with whatever is written', () => {
    const parts = ['echo', ' ', '\n', '\r', '\f', '\u00a0', ';', '|', '||', '&', '&&', '<', '>', '>>', '>&2', '2>', '(', ')', '$', '$(', '{', '}', '"', "'", '\\', '#', '=', 'if', 'then', 'fi', 'for', 'in', 'do', 'done', 'while', 'false', 'x'];
    let seed = 1;
    for (let i = 0; i < 3_000; i++) {
      let script = '';
      for (let length = i % 12; length >= 0; length--) script += parts[(seed = (seed * 48_271) % 2_147_483_647) % parts.length];
      expect(run(script).process.step).toBeGreaterThanOrEqual(0);
    }
  });

  test('sleeps for as long as it is told to', () => {
    const waiting = run('echo a; sleep 2; echo b; sleep 1m; echo c');
    expect(waiting.output.stdout).toBe('a\n');
    expect(waiting.to(1.9).output.stdout).toBe('a\n');
    expect(waiting.to(2).output.stdout).toBe('a\nb\n');
    expect(waiting.to(61).process.exited).toBe(false);
    expect(waiting.to(62).process).toMatchObject({ exited: true, status: 0 });
  });

  test('goes round a loop once per sleep', () => {
    const loop = run('while true; do echo tick; sleep 1; done').to(10);
    expect(loop.output.stdout.split('\n').length - 1).toBe(10);
    expect(loop.process.exited).toBe(false);
  });

  test('ends a loop whose condition fails', () => {
    const loop = run('touch /tmp/go; while test -f /tmp/go; do sleep 1; rm /tmp/go; done; echo over').to(5);
    expect(loop.output.stdout).toBe('over\n');
  });

  test('cannot hold its thread with a loop that never sleeps', () => {
    const loop = run('while true; do true; done');
    expect(loop.process.exited).toBe(false);
    expect(loop.process.wakesAt).toBeGreaterThan(START);
  });

  test('says as runc does that there is no such executable', () => {
    expect(startProcess('busybox', ['no-such-command'], [], START)).toMatchObject({ error: expect.stringContaining('exec: "no-such-command": executable file not found in $PATH') });
    expect(startProcess('busybox', ['/bin/nothing'], [], START)).toMatchObject({ error: expect.stringContaining('stat /bin/nothing: no such file or directory') });
  });

  test('prints what went wrong where errors belong', () => {
    expect(run('cat /missing').output).toMatchObject({ stdout: '', stderr: "cat: can't open '/missing': No such file or directory\n" });
    expect(run('echo oops >&2').output).toMatchObject({ stdout: '', stderr: 'oops\n' });
  });
});
