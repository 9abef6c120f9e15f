interface Scenario {
  readonly files?: Readonly<Record<string, string | readonly string[]>>;
  readonly steps: readonly { readonly command?: string; readonly wait?: string | readonly string[]; readonly node?: string; readonly stdin?: string }[];
}

/** Fields of pods that are features of their own. */
const FIELDS = ['lifecycle', 'ephemeralContainers', 'persistentVolumeClaim', 'configMapKeyRef', 'secretKeyRef', 'configMapRef', 'secretRef', 'priorityClassName', 'resourceClaims', 'topologySpreadConstraints', 'podAffinity', 'podAntiAffinity'];
const VOLUMES = ['configMap', 'secret'];

/**
 * What a scenario of shell commands takes, read off its text alone: `kind Job` of objects that it makes and looks at, `make Job` or `read
 * Job` if it does only one of these, `kubectl exec` of each command, `field lifecycle` and `volume secret` of its pods, `node stop`, `static
 * pods`. Who watches everything looks at all that is made.
 */
export const usesOfScenario = ({ files = {}, steps }: Scenario, isWatched: boolean): ReadonlySet<string> => {
  const uses = new Set<string>();
  const made = new Set<string>();
  const read = new Set<string>();
  const manifests = [...Object.values(files).map((text) => [text].flat().join('\n')), ...steps.map(({ command = '', stdin = '' }) => `${heredocOf(command)}\n${stdin}`)].join('\n');
  for (const [, kind = ''] of manifests.matchAll(/(?:^|[\s{,])"?kind"?: *"?([A-Z]\w*)/gm)) made.add(kind);
  for (const field of FIELDS) if (new RegExp(`"?\\b${field}"?:`).test(manifests)) uses.add(`field ${field}`);
  for (const volume of VOLUMES) if (new RegExp(`"?volumes"?:[^\\]]*"?\\b${volume}"?: *\\{`).test(manifests)) uses.add(`volume ${volume}`);
  for (const { command = '', wait = [], node } of steps) {
    if (node !== undefined) uses.add(`node ${node.split(' ', 1)[0]}`);
    for (const verb of kubectlVerbs(command)) uses.add(verb);
    for (const text of [command, ...[wait].flat()]) {
      for (const kind of kindsNamed(text, /create|apply|autoscale|replace/)) made.add(kind);
      for (const kind of kindsNamed(text, /get|describe|wait|logs|scale|rollout \w+|delete|attach|exec/)) read.add(kind);
    }
    if (command.includes('STATIC_POD_DIR')) uses.add('static pods');
  }
  for (const kind of made) uses.add(isWatched || read.has(kind) ? `kind ${kind}` : `make ${kind}`);
  for (const kind of read) if (!made.has(kind)) uses.add(`read ${kind}`);
  return uses;
};

const heredocOf = (command: string): string => (command.includes('<<') ? command.slice(command.indexOf('<<')) : '');

/** Commands with a word of their own behind the verb. */
const GROUPS = new Set(['create', 'rollout', 'set', 'auth', 'config', 'certificate', 'top', 'apply', 'plugin', 'cluster-info', 'alpha', 'kuberc']);
const FLAGS_WITH_VALUE = new Set(['-n', '--namespace', '--context', '--kubeconfig', '--as', '--request-timeout', '-v']);

/** `kubectl get`, `kubectl create job`, `kubectl rollout undo`, ... of a shell command. */
export const kubectlVerbs = (command: string): string[] => {
  const verbs: string[] = [];
  for (const [, words = ''] of command.matchAll(/\bkubectl +([^|;&)<>`]*)/g)) {
    const plain: string[] = [];
    const all = words.trim().split(/\s+/);
    for (let at = 0; at < all.length; at++) {
      const word = all[at] ?? '';
      if (FLAGS_WITH_VALUE.has(word)) at++;
      else if (!word.startsWith('-')) plain.push(word);
      else if (plain.length > 0) break;
    }
    const [verb = '', second = ''] = plain;
    if (!/^[a-z][\w-]*$/.test(verb)) continue;
    verbs.push(`kubectl ${verb}`);
    // What such a pod prints comes by the same stream.
    if (verb === 'run' && all.slice(0, all.includes('--') ? all.indexOf('--') : undefined).some((word) => /^(?:-i|-it|-ti|--stdin|--attach)(?:=true)?$/.test(word))) verbs.push('kubectl attach');
    if (GROUPS.has(verb) && /^[a-z][\w-]*$/.test(second)) verbs.push(`kubectl ${verb} ${second}`);
  }
  return verbs;
};

/** How kubectl's users call the kinds, where a command names one without a manifest. */
const WORDS: readonly (readonly [words: RegExp, kind: string])[] = [
  [/\b(?:jobs?)(?:\.batch)?\b/, 'Job'],
  [/\b(?:cronjobs?|cj)\b/, 'CronJob'],
  [/\b(?:daemonsets?|ds)\b/, 'DaemonSet'],
  [/\b(?:statefulsets?|sts)\b/, 'StatefulSet'],
  [/\b(?:horizontalpodautoscalers?|hpa)\b/, 'HorizontalPodAutoscaler'],
  [/\b(?:poddisruptionbudgets?|pdb)\b/, 'PodDisruptionBudget'],
  [/\b(?:persistentvolumeclaims?|pvc)\b/, 'PersistentVolumeClaim'],
  [/\b(?:persistentvolumes?|pv)\b/, 'PersistentVolume'],
  [/\b(?:resourcequotas?|quota)\b/, 'ResourceQuota'],
  [/\b(?:limitranges?|limits)\b/, 'LimitRange'],
  [/\b(?:ingresses|ingress|ing)\b/, 'Ingress'],
  [/\b(?:ingressclasses|ingressclass)\b/, 'IngressClass'],
  [/\b(?:networkpolicies|networkpolicy|netpol)\b/, 'NetworkPolicy'],
  [/\b(?:storageclasses|storageclass|sc)\b/, 'StorageClass'],
  [/\b(?:priorityclasses|priorityclass|pc)\b/, 'PriorityClass'],
  [/\b(?:customresourcedefinitions?|crds?)\b/, 'CustomResourceDefinition'],
  [/\b(?:certificatesigningrequests?|csr)\b/, 'CertificateSigningRequest'],
  [/\b(?:clusterrolebindings?)\b/, 'ClusterRoleBinding'],
  [/\b(?:rolebindings?)\b/, 'RoleBinding'],
  [/\b(?:clusterroles?)\b/, 'ClusterRole'],
  [/\b(?:roles?)\b/, 'Role'],
];

/** Kinds that commands with such a verb name: `kubectl get pvc`, `kubectl delete job/j`, `kubectl create quota q`. */
const kindsNamed = (text: string, verbs: RegExp): string[] => {
  const kinds: string[] = [];
  for (const [, words = ''] of text.matchAll(new RegExp(`\\bkubectl +(?:${verbs.source}) +([^|;&)\\n]*)`, 'g'))) {
    const all = words.split(/\s+/);
    // The first word that is no flag names kinds, perhaps several: `deploy,rs,job/x`.
    const first = all.find((word) => word !== '' && !word.startsWith('-')) ?? '';
    const named = [first, ...all.filter((word) => word.includes('/'))].flatMap((word) => word.split(',')).map((word) => word.split('/', 1)[0] ?? '');
    for (const word of named) for (const [pattern, kind] of WORDS) if (pattern.exec(word)?.[0] === word) kinds.push(kind);
  }
  return kinds;
};
