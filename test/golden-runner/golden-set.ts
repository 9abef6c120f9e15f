/** What came of one recorded case. */
export type Outcome =
  | { readonly type: 'passed' }
  /** `difference` is the first, as people read it. */
  | { readonly type: 'failed'; readonly difference: string }
  /** `feature` is what the case uses and features-not-built.ts lists: the case was not run. */
  | { readonly type: 'not yet supported'; readonly feature: string };

export interface CaseResult {
  readonly set: string;
  readonly family: string;
  readonly name: string;
  readonly outcome: Outcome;
}

/** One recorded case of a set; `content` is what the set makes of its file. */
export interface GoldenCase<Content> {
  readonly family: string;
  readonly name: string;
  /** What it takes to run, in the words of features-not-built.ts. */
  readonly uses: Iterable<string>;
  /** Commands in it that the shell of virtual time does not know, read off their text. */
  readonly missing?: readonly string[];
  /** Nothing else may run at the same time: it needs the cluster for itself, or changes what everybody sees, and then it should run last. */
  readonly alone?: 'first' | 'last' | undefined;
  readonly content: Content;
}

/** Where the cases of a set run: nothing at all, an API server, a cluster. */
export interface Stage<Content> {
  /** The first difference; undefined if there is none. */
  compare(content: Content): string | undefined | Promise<string | undefined>;
  close(): Promise<void>;
}

/** A golden set: how its folder is read, and what its cases are compared with. */
export interface GoldenSet {
  readonly name: string;
  /** Reads and classifies every case of a folder; nothing is run. Throws a `MalformedCase` or an `UnreadableFolder`. */
  read(folder: string): LoadedSet;
}

export interface LoadedSet {
  readonly cases: readonly GoldenCase<unknown>[];
  /** Runs those that `only` admits, several at a time; results in the order of the cases. */
  run(options: RunOptions): Promise<readonly CaseResult[]>;
}

export interface RunOptions {
  readonly only?: RegExp | undefined;
  readonly jobs?: number | undefined;
  /** Told of each case as soon as it has run. */
  readonly ran?: ((name: string, outcome: Outcome) => void) | undefined;
}

export interface SetDefinition<Content> {
  readonly name: string;
  /** Features of this set that are declared as not built. */
  readonly notBuilt: readonly string[];
  /** How many cases run at the same time unless the user says otherwise. */
  readonly jobs: number;
  readonly read: (folder: string) => readonly GoldenCase<Content>[];
  readonly open: () => Promise<Stage<Content>> | Stage<Content>;
}

export class MalformedCase extends Error {
  override readonly name = 'MalformedCase';

  constructor(file: string, why: string) {
    super(`${file}: ${why}`);
  }
}

export class UnreadableFolder extends Error {
  override readonly name = 'UnreadableFolder';
}

export const defineGoldenSet = <Content>(definition: SetDefinition<Content>): GoldenSet => ({
  name: definition.name,
  read: (folder) => {
    const cases = definition.read(folder);
    if (cases.length === 0) throw new UnreadableFolder(`${folder} holds no case of the set ${definition.name}`);
    return { cases, run: (options) => runCases(definition, cases, options) };
  },
});

const runCases = async <Content>(definition: SetDefinition<Content>, cases: readonly GoldenCase<Content>[], { only, jobs = definition.jobs, ran }: RunOptions): Promise<readonly CaseResult[]> => {
  const { name: set, notBuilt } = definition;
  const wanted = only ? cases.filter(({ name, family }) => only.test(name) || only.test(family)) : cases;
  const outcomes = new Map<GoldenCase<Content>, Outcome>();
  const runnable = wanted.filter((golden) => {
    const feature = missingFeature(golden.uses, notBuilt) ?? golden.missing?.[0];
    if (feature !== undefined) outcomes.set(golden, { type: 'not yet supported', feature });
    return feature === undefined;
  });
  if (runnable.length > 0) {
    const stage = await definition.open();
    const work = async (queue: GoldenCase<Content>[]): Promise<void> => {
      for (let next = queue.shift(); next; next = queue.shift()) {
        const outcome = await outcomeOf(stage, next.content);
        outcomes.set(next, outcome);
        ran?.(next.name, outcome);
      }
    };
    try {
      await work(runnable.filter(({ alone }) => alone === 'first'));
      const together = runnable.filter(({ alone }) => alone === undefined);
      await Promise.all(Array.from({ length: jobs }, () => work(together)));
      await work(runnable.filter(({ alone }) => alone === 'last'));
    } finally {
      await stage.close();
    }
  }
  return wanted.map((golden): CaseResult => ({ set, family: golden.family, name: golden.name, outcome: outcomes.get(golden) ?? { type: 'failed', difference: 'it was not run' } }));
};

/** The first feature of a case that is declared as not built. */
export const missingFeature = (uses: Iterable<string>, notBuilt: readonly string[]): string | undefined => {
  for (const feature of uses) if (notBuilt.includes(feature)) return feature;
  return undefined;
};

const outcomeOf = async <Content>(stage: Stage<Content>, content: Content): Promise<Outcome> => {
  try {
    const difference = await stage.compare(content);
    return difference === undefined ? { type: 'passed' } : { type: 'failed', difference };
  } catch (error) {
    return { type: 'failed', difference: error instanceof Error ? error.message : String(error) };
  }
};
