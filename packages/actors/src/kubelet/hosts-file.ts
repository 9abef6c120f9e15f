import type { Pod } from '../api/generated/types.js';

/** What a pod's hosts file holds beyond its name and address. */
export interface HostsEntries {
  /** `subdomain.namespace.svc.cluster.local`; empty for a pod without subdomain. */
  readonly domain: string;
  readonly aliases: NonNullable<Pod['spec']['hostAliases']>;
}

const CLUSTER_DOMAIN = 'cluster.local';

/** Undefined for most pods, which ask for nothing. */
export const hostsEntriesOf = ({ metadata, spec }: Pod): HostsEntries | undefined => {
  const { subdomain = '', hostAliases = [] } = spec;
  if (subdomain === '' && hostAliases.length === 0) return undefined;
  return { domain: subdomain === '' ? '' : `${subdomain}.${metadata.namespace ?? 'default'}.svc.${CLUSTER_DOMAIN}`, aliases: hostAliases };
};

/** `/etc/hosts` as the kubelet writes it (managedHostsFileContent of kubelet_pods.go); an empty `ip` is the host's network. */
export const hostsFile = ({ ip, hostname, hosts }: { readonly ip: string; readonly hostname: string; readonly hosts: HostsEntries | undefined }): string => {
  const aliases = hosts?.aliases ?? [];
  const added = aliases.length === 0 ? [] : ['', '# Entries added by HostAliases.', ...aliases.map((alias) => [alias.ip, ...(alias.hostnames ?? [])].join('\t'))];
  const names = hosts === undefined || hosts.domain === '' ? hostname : `${hostname}.${hosts.domain}\t${hostname}`;
  const own = ip === ''
    ? ['# Kubernetes-managed hosts file (host network).', '127.0.0.1\tlocalhost']
    : ['# Kubernetes-managed hosts file.', '127.0.0.1\tlocalhost', '::1\tlocalhost ip6-localhost ip6-loopback', 'fe00::0\tip6-localnet', 'fe00::0\tip6-mcastprefix', 'fe00::1\tip6-allnodes', 'fe00::2\tip6-allrouters', `${ip}\t${names}`];
  return `${[...own, ...added].join('\n')}\n`;
};
