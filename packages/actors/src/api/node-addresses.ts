/**
 * The addresses of an emulated cluster, by the number of the node (from 1). Node addresses lie in 172.16.0.0/12, pod addresses are a
 * /24 per node: 10.244.0.0/16 first, then the other second octets that neither this nor the service range (10.96.0.0/12) uses,
 * and after those 11.0.0.0/8, 12.0.0.0/8 and so on, so that they are unique at 100,000 nodes.
 */
export const nodeAddress = (index: number): string => `172.${16 + ((index >> 16) & 15)}.${(index >> 8) & 255}.${index & 255}`;

/** The first three octets of a node's pod addresses: `10.244.1`. */
export const podSubnet = (index: number): string => {
  const block = index >> 8;
  const second = SECOND_OCTETS[block];
  if (second !== undefined) return `10.${second}.${index & 255}`;
  const beyond = block - SECOND_OCTETS.length;
  return `${11 + (beyond >> 8)}.${beyond & 255}.${index & 255}`;
};

/** `spec.podCIDR` of a node. */
export const podCidr = (index: number): string => `${podSubnet(index)}.0/24`;

/** 244 to 255, 112 to 243, 0 to 95. */
const SECOND_OCTETS: readonly number[] = [...octets(244, 256), ...octets(112, 244), ...octets(0, 96)];

function* octets(from: number, to: number): Iterable<number> {
  for (let octet = from; octet < to; octet++) yield octet;
}
