/** What there is to say once a cluster answers kubectl. */
export interface ReadyNotice {
  readonly name: string;
  readonly url: string;
  readonly nodes: number;
  /** Of a simulated one: how its clock goes. */
  readonly pace?: string;
  /** The kubeconfig that it was added to, and its context there. */
  readonly kubeconfig?: string;
  readonly context?: string;
}

/** `https://127.0.0.1:6443 is ready: 3 nodes, context "naumachia" in FILE.` */
export const readyText = ({ name, url, nodes, pace, kubeconfig, context }: ReadyNotice): string =>
  [
    `${url} is ready: ${nodes} ${nodes === 1 ? 'node' : 'nodes'}, ${kubeconfig === undefined ? `no kubeconfig; "naumachia kubeconfig ${name}" prints one` : `context "${context}" in ${kubeconfig}`}.`,
    ...(pace === undefined ? [] : [pace]),
  ].join(' ');
