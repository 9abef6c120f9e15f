/**
 * A kubeconfig with one cluster, user and context, all called `naumachia`, as YAML. `certificateAuthority` is PEM; who asks with
 * `token` is what the server's token table says.
 */
export const kubeconfig = (url: string, certificateAuthority: string, token: string): string =>
  [
    'apiVersion: v1',
    'kind: Config',
    'clusters:',
    '- name: naumachia',
    '  cluster:',
    `    server: ${JSON.stringify(url)}`,
    `    certificate-authority-data: ${Buffer.from(certificateAuthority).toString('base64')}`,
    'users:',
    '- name: naumachia',
    '  user:',
    `    token: ${JSON.stringify(token)}`,
    'contexts:',
    '- name: naumachia',
    '  context:',
    '    cluster: naumachia',
    '    user: naumachia',
    'current-context: naumachia',
    '',
  ].join('\n');
