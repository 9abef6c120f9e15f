import type { Scenario } from './scenario.js';

/**
 * Which images which nodes have at the start. The recorded nodes had run other scenarios before, so an image counts as there unless the
 * recording shows that a node pulled it first. Where the recording does not name its nodes, the first ones are those that lack it.
 */
export const imagesAtStart = (scenario: Scenario, nodes: number): ReadonlyMap<string, readonly string[]> => {
  const names = Array.from({ length: nodes }, (_, index) => `node-${index + 1}`);
  const nodeOf = new Map<string, string>();
  /** By image: the nodes on which it was asked for, and whether it was there. */
  const asked = new Map<string, Map<string, boolean>>();
  for (const { added, object, event } of scenario.timeline) {
    const bound = (object as { readonly spec?: { readonly nodeName?: string } } | undefined)?.spec?.nodeName;
    if (added !== undefined && bound !== undefined) nodeOf.set(added, bound);
    if (event?.reason === 'Scheduled') nodeOf.set(event.on, event.message.slice(event.message.lastIndexOf(' ') + 1));
    if (event?.reason !== 'Pulling' && event?.reason !== 'Pulled') continue;
    const image = /"([^"]+)"/.exec(event.message)?.[1];
    if (image === undefined) continue;
    const known = asked.get(image) ?? new Map<string, boolean>();
    asked.set(image, known);
    const node = nodeOf.get(event.on) ?? event.on;
    if (!known.has(node)) known.set(node, event.reason === 'Pulled');
  }
  const images = new Map<string, string[]>(names.map((name) => [name, []]));
  for (const [image, first] of asked) {
    const lacking = [...first].filter(([, there]) => !there).map(([node]) => node);
    const named = lacking.every((node) => names.includes(node));
    const isLacking = (name: string, index: number): boolean => (lacking.length === first.size && !named) || (named ? lacking.includes(name) : index < lacking.length);
    names.filter((name, index) => !isLacking(name, index)).forEach((name) => images.get(name)?.push(image));
  }
  return images;
};
