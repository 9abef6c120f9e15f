import { isAlias, isMap, isNode, isSeq, type Alias, type Node } from 'yaml';

/** What is wrong with an alias, and where it stands. */
export interface AliasProblem {
  readonly message: string;
  readonly offset: number;
}

/** Said of an alias whose name ends in what no name holds. */
export const BAD_ALIAS = 'did not find expected alphabetic or numeric character';

/** How often a document may use what stands in it once (go-yaml 2.4, `allowedAliasRatio`). */
const FEW_NODES = 400_000;
const MANY_NODES = 4_000_000;
const MOST_OF_FEW = 0.99;
const MOST_OF_MANY = 0.1;
/** Fewer nodes and aliases are never too many. */
const HARMLESS_NODES = 1000;
const HARMLESS_ALIASES = 100;

const NAME = /^[0-9A-Za-z_-]+$/;

/** The first alias that go-yaml would refuse: one that names nothing, is in what it names, or makes the document a hundred times as large. Undefined if all are well. */
export const aliasProblem = (contents: Node | null): AliasProblem | undefined => {
  const targets = new Map<Alias, Node>();
  const unknown = resolve(contents, new Map(), targets);
  return unknown ?? (targets.size === 0 ? undefined : expansion(contents, targets));
};

/** Finds what each alias names: the last node before it that was given the name. */
const resolve = (node: unknown, anchors: Map<string, Node>, targets: Map<Alias, Node>): AliasProblem | undefined => {
  if (isAlias(node)) {
    const target = anchors.get(node.source);
    if (!NAME.test(node.source)) return problem(node, BAD_ALIAS);
    if (target === undefined) return problem(node, `unknown anchor '${node.source}' referenced`);
    targets.set(node, target);
    return undefined;
  }
  if (!isNode(node)) return undefined;
  if (node.anchor !== undefined) anchors.set(node.anchor, node);
  for (const part of partsOf(node)) {
    const found = resolve(part, anchors, targets);
    if (found !== undefined) return found;
  }
  return undefined;
};

/** Goes through the document as a decoder does, into each alias, and counts. */
const expansion = (contents: Node | null, targets: ReadonlyMap<Alias, Node>): AliasProblem | undefined => {
  const within = new Set<Alias>();
  let nodes = 0;
  let aliased = 0;
  const enter = (node: unknown): AliasProblem | undefined => {
    if (!isNode(node)) return undefined;
    nodes++;
    if (within.size > 0) aliased++;
    if (aliased > HARMLESS_ALIASES && nodes > HARMLESS_NODES && aliased / nodes > allowed(nodes)) return problem(node, 'document contains excessive aliasing');
    if (isAlias(node)) {
      if (within.has(node)) return problem(node, `anchor '${node.source}' value contains itself`);
      within.add(node);
      const found = enter(targets.get(node));
      within.delete(node);
      return found;
    }
    for (const part of partsOf(node)) {
      const found = enter(part);
      if (found !== undefined) return found;
    }
    return undefined;
  };
  return enter(contents);
};

const allowed = (nodes: number): number => MOST_OF_FEW - (MOST_OF_FEW - MOST_OF_MANY) * Math.min(1, Math.max(0, (nodes - FEW_NODES) / (MANY_NODES - FEW_NODES)));

const partsOf = (node: Node): readonly unknown[] => (isMap(node) ? node.items.flatMap(({ key, value }) => [key, value]) : isSeq(node) ? node.items : []);

const problem = (node: Node, message: string): AliasProblem => ({ message, offset: node.range?.[0] ?? 0 });
