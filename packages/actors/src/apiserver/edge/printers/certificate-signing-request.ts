import type { CertificateSigningRequest } from '../../../api/generated/types.js';
import { ageSince, humanDuration } from './age.js';
import { definePrinter } from './printer.js';

export const certificateSigningRequestPrinter = definePrinter<CertificateSigningRequest>({
  resource: 'certificatesigningrequests.certificates.k8s.io',
  cells: (request, now) => {
    const { metadata, spec } = request;
    const seconds = spec?.expirationSeconds;
    return [metadata.name ?? '', ageSince(metadata.creationTimestamp, now), spec?.signerName || '<none>', spec?.username ?? '', seconds === undefined ? '<none>' : humanDuration(seconds), condition(request)];
  },
});

const condition = ({ status }: CertificateSigningRequest): string => {
  const has = (type: string): boolean => status?.conditions?.some((one) => one.type === type) ?? false;
  let text = has('Approved') ? 'Approved' : has('Denied') ? 'Denied' : 'Pending';
  if (has('Failed')) text += ',Failed';
  return status?.certificate ? `${text},Issued` : text;
};
