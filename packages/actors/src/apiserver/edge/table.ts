import type { Instant } from '@naumachia/core';
import type { GroupResource, KubernetesObject } from '../../api/object.js';
import { readAsset } from './assets.js';
import { definePrinter, type Printer } from './printers/printer.js';
import { printerOf } from './printers/printers.js';
import { typeJson } from './object-json.js';

/** What a row carries beside its cells: nothing, the metadata (the default), or the whole object. */
export type IncludeObject = 'None' | 'Metadata' | 'Object';

/** An object to show, with the JSON of it that its row carries. */
export interface TableItem {
  readonly object: KubernetesObject;
  readonly json: string;
}

export interface TableOptions {
  readonly resource: GroupResource;
  readonly metaVersion: string;
  /** The JSON of its ListMeta. */
  readonly metadata: string;
  readonly now: Instant;
  /** A watch sends the column definitions with its first event only. */
  readonly withColumns: boolean;
}

/** The JSON of a meta.k8s.io Table. */
export const tableJson = (items: readonly TableItem[], options: TableOptions): string => {
  const printer = printerOf(options.resource) ?? DEFAULT_PRINTER;
  const rows = items.map(({ object, json }) => {
    const conditions = printer.conditions?.(object);
    return `{"cells":${JSON.stringify(printer.cells(object, options.now))}${conditions ? `,"conditions":${JSON.stringify(conditions)}` : ''},"object":${json}}`;
  });
  // Rows of the default convertor are appended to nothing, so an empty Table has none instead of an empty list.
  const columns = options.withColumns ? columnsJson(options.resource) : 'null';
  const shown = rows.length === 0 && printer === DEFAULT_PRINTER ? 'null' : `[${rows.join(',')}]`;
  return `${typeJson('Table', `meta.k8s.io/${options.metaVersion}`)}"metadata":${options.metadata},"columnDefinitions":${columns},"rows":${shown}}`;
};

const DEFAULT_PRINTER: Printer = definePrinter<KubernetesObject>({
  resource: '',
  cells: ({ metadata }) => [metadata.name ?? '', metadata.creationTimestamp ?? null],
});

/** For custom resources and kinds without a printer of their own: name and time of creation (rest.DefaultTableConvertor). */
const DEFAULT_COLUMNS = 'roles.rbac.authorization.k8s.io';

interface PackedColumns {
  readonly descriptions: readonly string[];
  readonly columns: Readonly<Record<GroupResource, readonly (readonly [name: string, type: string, format: string, description: number, priority: number])[]>>;
}

let packed: PackedColumns | undefined;
const columns = new Map<GroupResource, string>();

const columnsJson = (resource: GroupResource): string => {
  let json = columns.get(resource);
  if (json === undefined) {
    packed ??= JSON.parse(readAsset('printer-columns.json')) as PackedColumns;
    const { descriptions } = packed;
    const definitions = (printerOf(resource) && packed.columns[resource]) ?? packed.columns[DEFAULT_COLUMNS] ?? [];
    json = JSON.stringify(definitions.map(([name, type, format, description, priority]) => ({ name, type, format, description: descriptions[description], priority })));
    columns.set(resource, json);
  }
  return json;
};
