import type { Encoded, Request } from '@naumachia/core';

/** What etcd knows of every key; it is added to the header that the writer gave. Field names follow mvccpb.KeyValue. */
export interface KeyHeader {
  readonly key: string;
  readonly createRevision: number;
  /** mod_revision; for a Kubernetes object this is its resourceVersion. */
  readonly revision: number;
  readonly version: number;
  readonly lease: number;
}

export type KeyValue<H = unknown, T = unknown> = Encoded<H & KeyHeader, T>;
