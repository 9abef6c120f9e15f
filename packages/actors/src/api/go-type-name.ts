import { goTypeNames } from './generated/go-type-names.js';

/** By struct, then by field. */
type Names = ReadonlyMap<string, ReadonlyMap<string, string>>;

let parsed: Names | undefined;
/** Read at the first error: few servers ever need it. */
const names = (): Names =>
  (parsed ??= new Map(Object.entries(JSON.parse(goTypeNames) as Record<string, string>).map(([struct, fields]) => [struct, new Map(fields.split(',').map((field) => field.split(' ') as [string, string]))])));

/** The name that Go has for the type of a field, where it is one of its own: `v1.PullPolicy`, `[]v1.IPFamily`, `v1.ResourceList`. `struct` as in `ApiType.name`. */
export const goTypeName = (struct: string, field: string): string | undefined => names().get(struct)?.get(field);

/** The same for what stands in a list or a map of that name. */
export const elementName = (name: string | undefined): string | undefined => (name?.startsWith('[]') === true ? name.slice(2) : name?.startsWith('map[string]') === true ? name.slice('map[string]'.length) : undefined);
