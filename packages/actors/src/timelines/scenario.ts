/** One line of a timeline, as in the golden set. */
export interface Entry {
  /** Seconds after the start of the scenario. */
  readonly t: number;
  /** A step of the scenario began here. */
  readonly do?: string;
  readonly added?: string;
  readonly modified?: string;
  readonly deleted?: string;
  /** The field managers whose entry in managedFields changed; absent where none did. */
  readonly by?: string;
  /** Of `added`: the whole object. */
  readonly object?: unknown;
  /** Of `modified`: the leaves that changed. */
  readonly set?: Readonly<Record<string, unknown>>;
  readonly unset?: readonly string[];
  readonly event?: TimelineEvent;
  /** Like that entry of the timeline, but for name, times and generated names. */
  readonly like?: number;
}

/** One write of an Event. */
export interface TimelineEvent {
  readonly on: string;
  readonly type: string;
  readonly reason: string;
  readonly message: string;
  readonly from: string;
  readonly count?: number;
  readonly action?: string;
  readonly fieldPath?: string;
}

export interface Step {
  /** A shell command with kubectl on PATH. */
  readonly command?: string;
  /** Repeated until it succeeds, for at most `limit` seconds (default 90). */
  readonly wait?: string;
  readonly limit?: number;
  /** Seconds. */
  readonly sleep?: number;
  /** `stop N` or `start N`. */
  readonly node?: string;
}

/** What happened, in either run. */
export interface Timeline {
  readonly timeline: readonly Entry[];
  /** The objects that were there at the end. */
  readonly final: readonly unknown[];
}

/** A scenario as the golden set has it: what to do, and what the real components wrote. */
export interface Scenario extends Timeline {
  readonly name: string;
  readonly about: string;
  /** The scenario makes its namespace itself. */
  readonly ownNamespace?: boolean;
  /** Nodes keep their names and are shown. */
  readonly nodes?: boolean;
  /** Each renewal of a Lease is shown. */
  readonly leases?: boolean;
  /** More text that no placeholder replaces. */
  readonly keep?: string;
  /** Seconds to watch on after the last step; default 1.5. */
  readonly settle?: number;
  readonly files?: Readonly<Record<string, string | readonly string[]>>;
  readonly steps: readonly Step[];
}

/** Reads a file of the golden set; throws with what is wrong if it is none. */
export const readScenario = (text: string): Scenario => {
  const scenario = JSON.parse(text) as Partial<Scenario>;
  for (const field of ['steps', 'timeline', 'final'] as const) if (!Array.isArray(scenario[field])) throw new Error(`no timeline: "${field}" must be a list`);
  if (typeof scenario.name !== 'string') throw new Error('no timeline: "name" must be a text');
  const broken = scenario.timeline?.findIndex(({ like }, index) => like !== undefined && !(Number.isInteger(like) && like >= 0 && like < index)) ?? -1;
  if (broken >= 0) throw new Error(`no timeline: entry ${broken} is like an entry that does not come before it`);
  return scenario as Scenario;
};

/** The files of a scenario, each as one text. */
export const filesOf = (scenario: Pick<Scenario, 'files'>): Readonly<Record<string, string>> =>
  Object.fromEntries(Object.entries(scenario.files ?? {}).map(([path, text]) => [path, typeof text === 'string' ? text : text.join('\n')]));
