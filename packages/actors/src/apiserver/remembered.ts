/** Remembers what a pure function makes of an object, for as long as the object lives. */
export const remembered = <T extends object, R extends object>(make: (object: T) => R): ((object: T) => R) => {
  const known = new WeakMap<T, R>();
  return (object) => {
    let result = known.get(object);
    if (result === undefined) {
      result = make(object);
      known.set(object, result);
    }
    return result;
  };
};
