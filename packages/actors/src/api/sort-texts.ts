/** Few texts are put in order faster one by one than by `sort`, which copies what it is given more than once. */
const FEW = 24;

/** Sorts in place, by code units as `sort` does. */
export const sortTexts = (texts: string[]): string[] => {
  if (texts.length > FEW) return texts.sort();
  for (let i = 1; i < texts.length; i++) {
    const text = texts[i] as string;
    let at = i;
    for (; at > 0 && (texts[at - 1] as string) > text; at--) texts[at] = texts[at - 1] as string;
    texts[at] = text;
  }
  return texts;
};
