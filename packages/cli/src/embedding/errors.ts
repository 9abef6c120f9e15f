import type { Status } from '@naumachia/actors';

// One class for each thing that a user of a cluster may want to tell apart. They stand together, and import nothing: what else there is of a
// cluster is loaded in one piece, and shares these with whoever catches them.

/** What the API server answered in place of what it was asked for. */
export class ApiError extends Error {
  override readonly name = 'ApiError';
  /** The whole answer, as HTTP clients get it. */
  readonly status: Status;

  constructor(status: Status) {
    super(status.message ?? status.reason ?? 'refused');
    this.status = status;
  }

  /** `NotFound`, `AlreadyExists`, `Conflict`, `Invalid`, `Forbidden`, ... */
  get reason(): string {
    return this.status.reason ?? '';
  }

  /** The HTTP status code: 404, 409, 422, ... */
  get code(): number {
    return this.status.code ?? 500;
  }
}

/** A cluster that cannot be: `message` names each wrong field, and what it should be. */
export class InvalidCluster extends Error {
  override readonly name = 'InvalidCluster';
}

/** Manifests that cannot be applied; `message` has file, line and field of each problem. Nothing of them was applied. */
export class InvalidManifest extends Error {
  override readonly name = 'InvalidManifest';
}

/** An object with a field that there is not, or with a value of a wrong type; `message` names the field. */
export class InvalidObject extends Error {
  override readonly name = 'InvalidObject';
}

/** A kind that there is not; `message` names it, and what it may have been meant for. */
export class UnknownKind extends Error {
  override readonly name = 'UnknownKind';
}

/** A target of a fault that there is not; `message` names what there is. */
export class UnknownTarget extends Error {
  override readonly name = 'UnknownTarget';
}

/** What was waited for did not come. The message says what is there instead, and what Events tell of it. */
export class WaitTimeout extends Error {
  override readonly name = 'WaitTimeout';
}
