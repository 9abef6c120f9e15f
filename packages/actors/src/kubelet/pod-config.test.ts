import { named } from '@naumachia/core';
import { describe, expect, test } from 'vitest';
import type { CoreV1Event, Pod, PodSpec } from '../api/generated/types.js';
import type { KubernetesObject } from '../api/object.js';
import type { ApiRequest } from '../api/requests.js';
import { containerConfig } from './container-config.js';
import { type OneNode, oneNode } from './testing/one-node.js';

const put = (node: OneNode, resource: 'configmaps' | 'secrets', name: string, data: Record<string, string>): void => {
  const object = { apiVersion: 'v1', kind: resource === 'secrets' ? 'Secret' : 'ConfigMap', metadata: { name, namespace: 'ns' }, data } as unknown as KubernetesObject;
  node.sim.ask(named<ApiRequest>('apiserver'), { type: 'create', user: { name: 'test', groups: [] }, fieldManager: 'test', resource, namespace: 'ns', object });
};

const runs = (script: string, container: Partial<PodSpec['containers'][0]>, spec: Partial<PodSpec> = {}): Partial<PodSpec> => ({
  restartPolicy: 'Never',
  containers: [{ name: 'c', image: 'busybox', command: ['sh', '-c', script], ...container }],
  ...spec,
});

const printed = (node: OneNode, pod: string): string => {
  const reply = node.logs({ pod });
  return reply.type === 'containerLogs' ? reply.text : JSON.stringify(reply);
};

const events = (node: OneNode, reason: string): string[] =>
  node
    .written('events')
    .map(({ object }) => object as CoreV1Event)
    .filter((event) => event.reason === reason)
    .map(({ message }) => message ?? '');

describe('the environment of a container', () => {
  test('is taken from ConfigMaps and Secrets', () => {
    const node = oneNode();
    put(node, 'configmaps', 'lit', { color: 'blue', size: '10' });
    put(node, 'secrets', 'db', { password: 'UzNjcmV0IQ==' });
    node.create('web', runs('echo $color $P_size $PASSWORD $BOTH', {
      envFrom: [{ configMapRef: { name: 'lit' } }, { prefix: 'P_', configMapRef: { name: 'lit' } }, { configMapRef: { name: 'none', optional: true } }],
      env: [{ name: 'PASSWORD', valueFrom: { secretKeyRef: { name: 'db', key: 'password' } } }, { name: 'BOTH', value: '$(color)-$(PASSWORD)-$$(color)-$(unknown)' }],
    }));
    node.advance(1);
    expect(printed(node, 'web')).toBe('blue 10 S3cret! blue-S3cret!-$(color)-$(unknown)\n');
  });

  test('that cannot be read keeps its container waiting until it can', () => {
    const node = oneNode();
    node.create('web', runs('echo $K', { env: [{ name: 'K', valueFrom: { configMapKeyRef: { name: 'late', key: 'k' } } }] }));
    node.advance(1);
    expect(node.pod('web')?.status?.containerStatuses?.[0]?.state?.waiting).toEqual({ reason: 'CreateContainerConfigError', message: 'configmap "late" not found' });
    expect(events(node, 'Failed')).toContain('Error: configmap "late" not found');
    put(node, 'configmaps', 'late', { k: 'here' });
    node.advance(20);
    expect(printed(node, 'web')).toBe('here\n');
  });

  test('names the key that is missing', () => {
    const pod = { metadata: { name: 'p', namespace: 'ns' }, spec: { containers: [] } } as unknown as Pod;
    const place = { nodeName: 'n', hostIP: '10.0.0.1', podIP: '', allocatable: {} };
    const container = { name: 'c', env: [{ name: 'K', valueFrom: { secretKeyRef: { name: 's', key: 'k' } } }] };
    expect(containerConfig(pod, container, { 'secrets/s': { found: true, data: {} } }, place)).toEqual({ error: "couldn't find key k in Secret ns/s" });
  });

  test('is given the fields and resources of the downward API', () => {
    const node = oneNode();
    const env = [
      { name: 'NODE', valueFrom: { fieldRef: { fieldPath: 'spec.nodeName' } } },
      { name: 'CPU', valueFrom: { resourceFieldRef: { resource: 'limits.cpu' } } },
      { name: 'MEMORY', valueFrom: { resourceFieldRef: { resource: 'requests.memory', divisor: '1Mi' } } },
    ];
    node.create('web', runs('echo $NODE $CPU $MEMORY', { env, resources: { requests: { memory: '64Mi' } } }));
    node.advance(1);
    expect(printed(node, 'web')).toBe('node-1 4 64\n');
  });
});

test('a container has the hosts file that the kubelet writes', () => {
  const node = oneNode();
  node.create('web', runs('cat /etc/hosts', {}, { hostname: 'a', subdomain: 'b', hostAliases: [{ ip: '10.1.2.3', hostnames: ['foo', 'bar'] }] }));
  node.create('host', runs('cat /etc/hosts', {}, { hostNetwork: true }));
  node.advance(2);
  const ip = node.pod('web')?.status?.podIP ?? '';
  expect(printed(node, 'web')).toContain(`fe00::2\tip6-allrouters\n${ip}\ta.b.ns.svc.cluster.local\ta\n\n# Entries added by HostAliases.\n10.1.2.3\tfoo\tbar\n`);
  expect(printed(node, 'host')).toBe('# Kubernetes-managed hosts file (host network).\n127.0.0.1\tlocalhost\n');
});

test('a container whose root is read-only writes into its volumes alone', () => {
  const node = oneNode();
  const container = { securityContext: { readOnlyRootFilesystem: true }, volumeMounts: [{ name: 'v', mountPath: '/v' }] };
  node.create('web', runs('echo a > /file; echo b > /v/file; cat /v/file; echo why > /dev/termination-log; exit 1', container, { volumes: [{ name: 'v', emptyDir: {} }] }));
  node.advance(2);
  expect(printed(node, 'web')).toBe("sh: can't create /file: Read-only file system\nb\n");
  expect(node.pod('web')?.status?.containerStatuses?.[0]?.state?.terminated?.message).toBe('why\n');
});

test('what a container printed last says why it ended, where nothing else does', () => {
  const node = oneNode();
  node.create('web', runs('echo first; echo -n DONE; false', { terminationMessagePolicy: 'FallbackToLogsOnError' }));
  node.advance(2);
  expect(node.pod('web')?.status?.containerStatuses?.[0]?.state?.terminated).toMatchObject({ exitCode: 1, message: 'first\nDONE' });
});

describe('the volumes of a pod', () => {
  test('hold the keys of ConfigMaps and Secrets as files', () => {
    const node = oneNode();
    put(node, 'configmaps', 'file', { 'app.conf': 'a=1\n', other: 'x' });
    put(node, 'secrets', 'db', { user: 'YWRtaW4=' });
    const volumes = [
      { name: 'all', configMap: { name: 'file' } },
      { name: 'some', configMap: { name: 'file', items: [{ key: 'app.conf', path: 'sub/renamed' }] } },
      { name: 'mixed', projected: { sources: [{ secret: { name: 'db' } }, { downwardAPI: { items: [{ path: 'name', fieldRef: { fieldPath: 'metadata.name' } }] } }] } },
    ];
    const volumeMounts = [{ name: 'all', mountPath: '/all' }, { name: 'some', mountPath: '/some/' }, { name: 'mixed', mountPath: '/mixed' }, { name: 'all', mountPath: '/one.conf', subPath: 'app.conf' }];
    node.create('web', runs('cat /all/app.conf; ls /all; cat /some/sub/renamed; ls /some; cat /mixed/user /mixed/name; echo; cat /one.conf', { volumeMounts }, { volumes }));
    node.advance(1);
    expect(printed(node, 'web')).toBe('a=1\napp.conf\nother\na=1\nsub\nadminweb\na=1\n');
  });

  test('are shared by its containers, and are read-only where the mount says so', () => {
    const node = oneNode();
    node.create('web', {
      restartPolicy: 'Never',
      volumes: [{ name: 'scratch', emptyDir: {} }],
      initContainers: [{ name: 'writes', image: 'busybox', command: ['sh', '-c', 'echo hello > /shared/x'], volumeMounts: [{ name: 'scratch', mountPath: '/shared' }] }],
      containers: [{ name: 'c', image: 'busybox', command: ['sh', '-c', 'cat /in/x; echo no > /in/x; cat /in/x'], volumeMounts: [{ name: 'scratch', mountPath: '/in', readOnly: true }] }],
    });
    node.advance(3);
    expect(printed(node, 'web')).toBe("hello\nsh: can't create /in/x: Read-only file system\nhello\n");
  });

  test('are mounted in part where variables name the part, once they name one that may be', () => {
    const mounted = (part: string | undefined) => {
      const node = oneNode();
      const volumeMounts = [{ name: 'v', mountPath: '/part', subPathExpr: '$(PART)/x' }, { name: 'v', mountPath: '/all' }];
      node.create('web', runs('touch /all/here/x/f; test -f /part/f; echo $?; test -d /all/here; echo $?', { volumeMounts, env: part === undefined ? [] : [{ name: 'PART', value: part }] }, { volumes: [{ name: 'v', emptyDir: {} }] }));
      node.advance(3);
      return node.pod('web')?.status?.containerStatuses?.[0]?.state?.waiting ?? printed(node, 'web');
    };
    expect(mounted('here')).toBe('0\n0\n');
    expect(mounted(undefined)).toEqual({ reason: 'CreateContainerConfigError', message: 'missing value for PART' });
    expect(mounted('..')).toEqual({ reason: 'CreateContainerConfigError', message: "unable to provision SubPath `../x`: must not contain '..'" });
    expect(mounted('/tmp')).toEqual({ reason: 'CreateContainerConfigError', message: 'error SubPath `/tmp/x` must not be an absolute path' });
  });

  test('that name what is not there are tried again after 0.5, 1, 2, ... seconds, with an Event each', () => {
    const node = oneNode();
    node.create('web', runs('cat /v/k', { volumeMounts: [{ name: 'v', mountPath: '/v' }] }, { volumes: [{ name: 'v', secret: { secretName: 'absent' } }] }));
    node.advance(6);
    const counts = node.written('events').map(({ object }) => object as CoreV1Event).filter(({ reason }) => reason === 'FailedMount');
    expect(counts.at(-1)).toMatchObject({ message: 'MountVolume.SetUp failed for volume "v" : secret "absent" not found', count: 4 });
    expect(node.pod('web')?.status?.containerStatuses?.[0]?.state?.waiting?.reason).toBe('ContainerCreating');
    put(node, 'secrets', 'absent', { k: 'aGVyZQ==' });
    node.advance(5);
    expect(printed(node, 'web')).toBe('here');
  });

  test('that name what is not there do not keep the pod from leaving', () => {
    const node = oneNode();
    node.create('web', runs('true', {}, { volumes: [{ name: 'v', secret: { secretName: 'absent' } }] }));
    node.advance(2);
    node.remove('web');
    node.advance(2);
    expect([node.pod('web'), node.state().workers.size]).toEqual([undefined, 0]);
  });
});

describe('the ConfigMaps and Secrets of a node', () => {
  const volumes = [{ name: 'v', configMap: { name: 'shared' } }];
  const reader: Partial<PodSpec> = { volumes, containers: [{ name: 'c', image: 'busybox', command: ['sh', '-c', 'while true; do cat /v/k; echo -$E; sleep 1; done'], volumeMounts: [{ name: 'v', mountPath: '/v' }], env: [{ name: 'E', valueFrom: { configMapKeyRef: { name: 'shared', key: 'k' } } }] }] };
  const change = (node: OneNode, data: Record<string, string>): void => {
    node.sim.ask(named<ApiRequest>('apiserver'), { type: 'patch', user: { name: 'test', groups: [] }, fieldManager: 'test', resource: 'configmaps', namespace: 'ns', name: 'shared', patchType: 'merge', patch: { data } });
  };
  const readsOf = (node: OneNode) => node.server.reads.filter(({ resource }) => resource === 'configmaps').map(({ name }) => name);
  const lastLine = (node: OneNode, pod: string) => printed(node, pod).trim().split('\n').at(-1);

  test('are asked for once, however many pods use them', () => {
    const node = oneNode();
    put(node, 'configmaps', 'shared', { k: 'one' });
    for (const name of ['a', 'b', 'c']) node.create(name, reader);
    node.advance(2);
    node.create('late', reader);
    node.advance(2);
    expect(['a', 'b', 'c', 'late'].map((name) => lastLine(node, name))).toEqual(['one-one', 'one-one', 'one-one', 'one-one']);
    expect(readsOf(node)).toEqual(['shared']);
  });

  test('show a change in volumes when the pod is synced next, and never in environments', () => {
    const node = oneNode({ profile: 'recorded' });
    put(node, 'configmaps', 'shared', { k: 'one' });
    node.create('a', reader);
    node.advance(5);
    change(node, { k: 'two' });
    node.advance(95);
    expect(lastLine(node, 'a')).toBe('two-one');
    expect(readsOf(node)).toEqual(['shared']);
    node.create('later', reader);
    node.advance(5);
    expect(lastLine(node, 'later')).toBe('two-two');
  });

  test('are watched no longer than a pod uses them', () => {
    const node = oneNode();
    put(node, 'configmaps', 'shared', { k: 'one' });
    node.create('a', reader);
    node.create('b', reader);
    node.advance(1);
    node.remove('a');
    node.advance(40);
    expect([...(node.state().configs?.byObject.keys() ?? [])]).toEqual(['configmaps/ns/shared']);
    node.remove('b');
    node.advance(40);
    expect(node.state().configs).toBeUndefined();
    put(node, 'configmaps', 'other', {});
    change(node, { k: 'two' });
    node.create('c', reader);
    node.advance(1);
    expect(lastLine(node, 'c')).toBe('two-two');
  });

  test('are listed again when their watch cannot go on', () => {
    const node = oneNode({}, 'crossing', 1);
    put(node, 'configmaps', 'shared', { k: 'one' });
    node.create('a', reader);
    node.advance(1);
    node.sim.applyFaults({ rules: [{ from: 'apiserver', to: 'kubelet/node-1', bothWays: true, fault: { type: 'partition' } }] });
    node.advance(60);
    change(node, { k: 'two' });
    // The log does not reach back to the change any more.
    for (let i = 0; i < 40; i++) put(node, 'configmaps', `other-${i}`, {});
    node.sim.applyFaults({});
    node.advance(120);
    expect(lastLine(node, 'a')).toBe('two-one');
    expect(readsOf(node).length).toBeGreaterThan(1);
  });

  test('are not watched if they are immutable', () => {
    const node = oneNode();
    const object = { apiVersion: 'v1', kind: 'ConfigMap', metadata: { name: 'shared', namespace: 'ns' }, data: { k: 'one' }, immutable: true } as unknown as KubernetesObject;
    node.sim.ask(named<ApiRequest>('apiserver'), { type: 'create', user: { name: 'test', groups: [] }, fieldManager: 'test', resource: 'configmaps', namespace: 'ns', object });
    node.create('a', reader);
    node.advance(2);
    expect(lastLine(node, 'a')).toBe('one-one');
    expect(node.state().configs?.byObject.get('configmaps/ns/shared')).toMatchObject({ subscription: undefined, listing: false });
  });
});

test('a pod that names no ConfigMap and no Secret asks for none', () => {
  const node = oneNode();
  const token = { name: 'kube-api-access-x', projected: { sources: [{ serviceAccountToken: { path: 'token' } }, { configMap: { name: 'kube-root-ca.crt' } }] } };
  node.create('web', { containers: [{ name: 'c', image: 'nginx:1.27', env: [{ name: 'A', value: '1' }] }], volumes: [token] });
  node.advance(1);
  expect(node.pod('web')?.status?.phase).toBe('Running');
  expect(node.state().workers.values().next().value).toMatchObject({ config: undefined });
  expect(node.server.reads.filter(({ resource }) => resource !== 'nodes')).toEqual([]);
});
