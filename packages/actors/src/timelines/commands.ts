import { type Instant, named, seconds, type Simulation } from '@naumachia/core';
import type { Deployment, ReplicaSet } from '../api/generated/types.js';
import { matches, selectorOf } from '../api/label-selector.js';
import type { KubernetesObject } from '../api/object.js';
import type { ApiAnswer, ApiRequest, PatchType, Stored } from '../api/requests.js';
import { resourceByKind } from '../api/resources.js';

const API = named<ApiRequest>('apiserver');
const USER = { name: 'kubernetes-admin', groups: ['system:masters', 'system:authenticated'] };
const RESOURCES: Readonly<Record<string, string>> = {
  deployment: 'deployments.apps', deployments: 'deployments.apps', rs: 'replicasets.apps', rc: 'replicationcontrollers', pod: 'pods', pods: 'pods',
  service: 'services', configmap: 'configmaps', namespace: 'namespaces', serviceaccount: 'serviceaccounts', node: 'nodes',
};

/** Carries out the kubectl commands of the timelines that this project passes, without kubectl: what they send, not what they print. */
export class Commands {
  readonly #sim: Simulation;
  readonly #namespace: string;
  readonly #files: Readonly<Record<string, string>>;

  constructor(sim: Simulation, namespace: string, files: Readonly<Record<string, string>>) {
    this.#sim = sim;
    this.#namespace = namespace;
    this.#files = files;
  }

  ask(request: ApiRequest): ApiAnswer {
    return this.#sim.ask(API, request);
  }

  list(resource: string): readonly Stored[] {
    const answer = this.ask({ type: 'list', user: USER, resource, namespace: resource === 'nodes' || resource === 'namespaces' ? '' : this.#namespace });
    return answer.type === 'list' ? answer.items : [];
  }

  get(resource: string, name: string): Stored | undefined {
    return this.list(resource).find(({ header }) => header.name === name);
  }

  run(command: string): void {
    const words = command.replace(/^kubectl /, '').split(' ');
    const [verb, second = '', third = ''] = words;
    const option = (name: string): string | undefined => words.find((word) => word.startsWith(`--${name}=`))?.slice(name.length + 3);
    if (command.startsWith('for n in')) for (const n of [1, 2, 3, 4, 5]) this.run(`kubectl cordon node-${n}`);
    else if (command.startsWith('U=$(')) this.#createText((this.#files['child.json'] ?? '').replace('UID', this.get('configmaps', 'owner')?.header.uid ?? ''));
    else if (command.startsWith('sed ')) this.#createText((this.#files['child.json'] ?? '').replace('UID', '11111111-1111-4111-8111-111111111111').replace('child', 'lost'));
    else if (verb === 'create' && second === '-f') for (const file of words.filter((_, i) => words[i - 1] === '-f')) this.#createText(this.#files[file] ?? '');
    else if (verb === 'create' && second === 'namespace') this.#create({ apiVersion: 'v1', kind: 'Namespace', metadata: { name: this.#namespace } });
    else if (verb === 'create' && second === 'configmap') {
      const [key, value] = (option('from-literal') ?? '').split('=');
      this.#create({ apiVersion: 'v1', kind: 'ConfigMap', metadata: { name: third, namespace: this.#namespace }, ...(key !== undefined && key !== '' && { data: { [key]: value } }) });
    } else if (verb === 'set' && second === 'image') {
      const [container = '', image] = (words[3] ?? '').split(/=(.*)/s);
      this.#patch('deployments.apps', 'web', 'strategic', { spec: { template: { spec: { containers: [{ name: container, image }] } } } }, 'kubectl-set');
    } else if (verb === 'set' && second === 'env') {
      this.#patch('deployments.apps', 'web', 'strategic', { spec: { template: { spec: { containers: [{ name: 'c', env: [{ name: 'A', value: '1' }] }] } } } }, 'kubectl-set');
    } else if (verb === 'scale') this.#patch(RESOURCES[second] ?? '', third, 'merge', { spec: { replicas: Number(option('replicas')) } }, 'kubectl', 'scale');
    else if (verb === 'rollout' && (second === 'pause' || second === 'resume')) this.#patch('deployments.apps', 'web', 'strategic', { spec: { paused: second === 'pause' ? true : null } }, 'kubectl-rollout');
    else if (verb === 'rollout' && second === 'undo') this.#undo();
    else if (verb === 'delete') this.#delete(words, option('cascade'));
    else if (verb === 'expose') {
      const deployment = this.get('deployments.apps', 'web')?.value as unknown as Deployment;
      const { selector } = deployment.spec;
      this.#create({ apiVersion: 'v1', kind: 'Service', metadata: { name: 'web', namespace: this.#namespace }, spec: { ports: [{ protocol: 'TCP', port: 80, targetPort: 80 }], selector: selector.matchLabels } }, 'kubectl-expose');
    } else if (verb === 'label') {
      const [key = '', value] = (words[3] ?? '').split('=');
      this.#patch('pods', third, 'merge', { metadata: { labels: { [key]: value } } }, 'kubectl-label');
    } else if (verb === 'patch') this.#patch('configmaps', 'held', 'merge', JSON.parse(/-p '(.*)'/.exec(command)?.[1] ?? '{}'), 'kubectl-patch');
    else if (verb === 'cordon' || verb === 'uncordon') {
      for (const node of words.slice(1)) this.#patch('nodes', node, 'strategic', { spec: { unschedulable: verb === 'cordon' ? true : null } }, 'kubectl');
    } else if (verb === 'taint') {
      const gone = words[3]?.endsWith('-') === true;
      this.#patch('nodes', third, 'strategic', { spec: { taints: gone ? null : [{ key: 'gone', value: '1', effect: 'NoExecute' }] } }, 'kubectl-taint');
    } else throw new Error(`no way to run: ${command}`);
  }

  /** Whether a `wait` of a scenario holds. */
  holds(condition: string): boolean {
    if (condition.includes('rollout status')) return this.#isRolledOut();
    if (condition.includes('{.status.readyReplicas}')) {
      const set = this.get(condition.includes('get rc') ? 'replicationcontrollers' : 'replicasets.apps', 'set')?.value as unknown as ReplicaSet | undefined;
      return String(set?.status?.readyReplicas ?? '') === /= "(\d+)"/.exec(condition)?.[1];
    }
    if (condition.includes('get pods,rs,deployments')) return ['pods', 'replicasets.apps', 'deployments.apps'].every((resource) => this.list(resource).length === 0);
    if (condition.includes('ImagePull')) return this.list('pods').some(({ value }) => JSON.stringify(value).includes('ImagePull'));
    if (condition.includes('"Progressing"')) return JSON.stringify(this.get('deployments.apps', 'web')?.value ?? '').includes('ProgressDeadlineExceeded');
    if (condition.includes('get node node-2')) return this.#readyOf('nodes', 'node-2') === /= "(\w+)"/.exec(condition)?.[1];
    if (condition.includes('spec.nodeName!=node-2')) return this.list('pods').filter(({ value }) => (value.spec as { nodeName?: string }).nodeName !== 'node-2').length >= 2;
    if (condition.includes('get pods -o name')) return this.list('pods').length === Number(/wc -l\)" = (\d+)/.exec(condition)?.[1] ?? 0);
    if (condition.includes('kubectl wait')) {
      const name = /pod\/(\w+)/.exec(condition)?.[1];
      return this.list('pods').every(({ header }) => (name !== undefined && header.name !== name) || this.#readyOf('pods', header.name) === 'True');
    }
    const absent = condition.startsWith('! ');
    const [, , kind = '', name = ''] = condition.replace(/^! /, '').split(' ');
    return (this.get(RESOURCES[kind] ?? '', name.replace('$NS', this.#namespace)) === undefined) === absent;
  }

  /** Runs the steps of a scenario; says when each command began. */
  play(steps: readonly { readonly command?: string; readonly wait?: string; readonly sleep?: number; readonly node?: string }[], begin: () => void, node: (action: string) => void): readonly { readonly at: Instant; readonly do: string }[] {
    const actions: { at: Instant; do: string }[] = [];
    for (const { command, wait, sleep, node: action } of steps) {
      if (command !== undefined) {
        begin();
        actions.push({ at: this.#sim.now, do: command });
        this.run(command);
        // A kubectl takes its time to start and end; the recorded ones took about a second.
        this.#sim.advance(seconds(0.7));
      } else if (action !== undefined) {
        begin();
        actions.push({ at: this.#sim.now, do: `node ${action}` });
        node(action);
      } else if (sleep !== undefined) this.#sim.advance(seconds(sleep));
      else if (wait !== undefined) this.#waitFor(wait);
    }
    return actions;
  }

  #waitFor(condition: string): void {
    for (let tries = 0; !this.holds(condition); tries++) {
      if (tries > 900) throw new Error(`gave up waiting: ${condition}`);
      this.#sim.advance(seconds(0.1));
    }
  }

  #isRolledOut(): boolean {
    const { spec, status, metadata } = (this.get('deployments.apps', 'web')?.value ?? { spec: {}, metadata: {} }) as unknown as Deployment;
    const wanted = spec.replicas ?? 1;
    return (status?.observedGeneration ?? 0) >= (metadata.generation ?? 0) && (status?.updatedReplicas ?? 0) === wanted && (status?.replicas ?? 0) === wanted && (status?.availableReplicas ?? 0) === wanted;
  }

  #readyOf(resource: string, name: string): string | undefined {
    return (this.get(resource, name)?.value as { status?: { conditions?: { type: string; status: string }[] } } | undefined)?.status?.conditions?.find(({ type }) => type === 'Ready')?.status;
  }

  #createText(text: string): void {
    for (const document of text.split('\n---\n')) {
      const object = JSON.parse(document) as KubernetesObject & { readonly items?: readonly KubernetesObject[] };
      for (const item of object.items ?? [object]) this.#create({ ...item, metadata: { ...item.metadata, namespace: this.#namespace } });
    }
  }

  #create(object: KubernetesObject, fieldManager = 'kubectl-create'): void {
    const resource = resourceByKind(object.apiVersion, object.kind);
    this.#must(this.ask({ type: 'create', user: USER, fieldManager, resource: resource?.groupResource ?? '', namespace: resource?.namespaced === true ? this.#namespace : '', object }));
  }

  #patch(resource: string, name: string, patchType: PatchType, patch: unknown, fieldManager: string, subresource?: string): void {
    this.#must(this.ask({ type: 'patch', user: USER, fieldManager, resource, namespace: resource === 'nodes' ? '' : this.#namespace, name, patchType, patch, ...(subresource !== undefined && { subresource }) }));
  }

  #delete([, kind = '', name = '', option = '']: readonly string[], cascade: string | undefined): void {
    const resource = RESOURCES[kind] ?? '';
    const propagationPolicy = cascade === 'foreground' ? 'Foreground' : cascade === 'orphan' ? 'Orphan' : 'Background';
    const first = name.includes('$(') ? this.list('pods')[0]?.header.name : undefined;
    const selected = name === '-l' ? this.list(resource).filter(({ header }) => matches(selectorOf({ matchLabels: Object.fromEntries([option.split('=')]) as Record<string, string> }), header.labels)).map(({ header }) => header.name) : [first ?? name.replace('$NS', this.#namespace)];
    for (const target of selected) this.#must(this.ask({ type: 'delete', user: USER, resource, namespace: resource === 'namespaces' ? '' : this.#namespace, name: target, options: { propagationPolicy } }));
  }

  /** kubectl rollout undo: the template of the revision before the newest. */
  #undo(): void {
    const revision = (set: Stored): number => Number(set.value.metadata.annotations?.['deployment.kubernetes.io/revision'] ?? 0);
    const before = [...this.list('replicasets.apps')].sort((a, b) => revision(b) - revision(a))[1]?.value as unknown as ReplicaSet;
    const { 'pod-template-hash': _hash, ...labels } = before.spec.template?.metadata?.labels ?? {};
    const template = { ...before.spec.template, metadata: { ...before.spec.template?.metadata, labels } };
    this.#patch('deployments.apps', 'web', 'json', [{ op: 'replace', path: '/spec/template', value: template }], 'kubectl');
  }

  #must(answer: ApiAnswer): void {
    if (answer.type === 'failure' || (answer.type === 'status' && answer.status.status === 'Failure')) throw new Error(JSON.stringify(answer));
  }
}
