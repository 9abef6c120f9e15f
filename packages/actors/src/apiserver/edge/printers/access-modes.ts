const SHORT: readonly (readonly [mode: string, short: string])[] = [
  ['ReadWriteOnce', 'RWO'],
  ['ReadOnlyMany', 'ROX'],
  ['ReadWriteMany', 'RWX'],
  ['ReadWriteOncePod', 'RWOP'],
];

/** Access modes as `RWO,ROX`. */
export const shortAccessModes = (modes: readonly string[] | null | undefined): string =>
  SHORT.filter(([mode]) => modes?.includes(mode)).map(([, short]) => short).join(',');

/** The storage class of a volume or a claim: the annotation of old or the field. */
export const storageClassOf = (annotations: Readonly<Record<string, string>> | undefined, storageClassName: string | undefined): string =>
  annotations?.['volume.beta.kubernetes.io/storage-class'] ?? storageClassName ?? '';
