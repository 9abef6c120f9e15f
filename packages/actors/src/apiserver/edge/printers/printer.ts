import type { Instant } from '@naumachia/core';
import type { GroupResource, KubernetesObject } from '../../../api/object.js';

/** A cell of a Table row: a string, a number or a boolean, as the column's definition says. */
export type Cell = string | number | boolean | null;

/** meta/v1 TableRowCondition: kubectl leaves out rows that are `Completed`. */
export interface RowCondition {
  readonly type: string;
  readonly status: string;
  readonly reason: string;
  readonly message: string;
}

/**
 * How objects of one kind are shown in a Table: a cell per column of `assets/printer-columns.json`, wide ones included. The texts
 * follow pkg/printers/internalversion/printers.go of Kubernetes 1.36.
 */
export interface Printer<T = KubernetesObject> {
  readonly resource: GroupResource;
  cells(object: T, now: Instant): readonly Cell[];
  conditions?(object: T): readonly RowCondition[] | undefined;
}

/** A printer whose kind is known becomes one for the list of all. */
// The list finds a printer by its resource, so the objects are of its kind.
export const definePrinter = <T>(printer: Printer<T>): Printer => printer as unknown as Printer;
