/** The keys of a strategic merge patch that say how a list is to be merged, rather than what it shall hold (apimachinery util/strategicpatch). */
const DELETE_FROM_PRIMITIVE_LIST = '$deleteFromPrimitiveList/';
const SET_ELEMENT_ORDER = '$setElementOrder/';

/** The directives for one field. */
export interface Directives {
  readonly order: string;
  readonly removals: string;
}

const directives = new Map<string, Directives>();
const MOST_DIRECTIVES = 4096;

/** A text that is put together anew at each look has to be found among all texts each time. */
export const directivesFor = (key: string): Directives => {
  let known = directives.get(key);
  if (known === undefined) {
    if (directives.size >= MOST_DIRECTIVES) directives.clear();
    known = { order: SET_ELEMENT_ORDER + key, removals: DELETE_FROM_PRIMITIVE_LIST + key };
    directives.set(key, known);
  }
  return known;
};

/** What a key with a dollar says, and of which field. */
export interface Directed {
  readonly order: boolean;
  readonly removal: boolean;
  readonly field: string;
}

const directed = new Map<string, Directed>();

export const directiveOf = (key: string): Directed => {
  let known = directed.get(key);
  if (known === undefined) {
    if (directed.size >= MOST_DIRECTIVES) directed.clear();
    const order = key.startsWith(SET_ELEMENT_ORDER);
    known = { order, removal: key.startsWith(DELETE_FROM_PRIMITIVE_LIST), field: key.slice(order ? SET_ELEMENT_ORDER.length : DELETE_FROM_PRIMITIVE_LIST.length) };
    directed.set(key, known);
  }
  return known;
};
