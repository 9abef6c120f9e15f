/**
 * The JSONPath of `-o jsonpath=` as far as scripts use it: fields, indices, `[*]`, filters like `[?(@.type=="Ready")]` and `[?(@.reason)]`, several
 * expressions in one template, and text between them.
 */
export const printJsonPath = (template: string, value: unknown): string =>
  template.replace(/\{([^{}]*)\}/g, (_, expression: string) => {
    const quoted = /^"(.*)"$/.exec(expression)?.[1];
    if (quoted !== undefined) return quoted.replaceAll('\\n', '\n').replaceAll('\\t', '\t');
    return select(expression, value).map(printed).join(' ');
  });

/** The values that an expression selects. */
export const select = (expression: string, root: unknown): readonly unknown[] => {
  let values: readonly unknown[] = [root];
  const steps = expression.replace(/^[$@]/, '').matchAll(/\.([\w-]+|\*)|\['([^']+)'\]|\[(-?\d+)\]|\[(\*)\]|\[\?\(@\.([\w.-]+)\s*(?:(==|!=)\s*["']([^"']*)["'])?\)\]/g);
  for (const [, field, quoted, index, all, path, operator, wanted] of steps) {
    if (index !== undefined) values = values.flatMap((value) => (Array.isArray(value) ? value.slice(Number(index)).slice(0, 1) : []));
    else if (all !== undefined || field === '*') values = values.flatMap((value) => (Array.isArray(value) ? value : Object.values(value ?? {})));
    else if (path !== undefined && operator === undefined) values = values.flatMap((value) => (Array.isArray(value) ? value.filter((item) => select(`.${path}`, item).length > 0) : []));
    else if (path !== undefined) values = values.flatMap((value) => (Array.isArray(value) ? value.filter((item) => (printed(select(`.${path}`, item)[0]) === wanted) === (operator === '==')) : []));
    else values = values.flatMap((value) => fieldOf(value, field ?? quoted ?? ''));
  }
  return values.filter((value) => value !== undefined && value !== null);
};

const fieldOf = (value: unknown, field: string): unknown[] => (typeof value === 'object' && value !== null && field in value ? [(value as Record<string, unknown>)[field]] : []);

const printed = (value: unknown): string => (typeof value === 'string' ? value : value === undefined ? '' : JSON.stringify(value));
