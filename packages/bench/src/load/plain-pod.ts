import type { KubernetesObject } from '@naumachia/actors';

const APPS = 500;
/** The letters that Kubernetes makes random suffixes of (apimachinery `rand.String`). */
const LETTERS = 'bcdfghjklmnpqrstvwxz2456789';

/** A pod of a web application as people write them: about 3 kB as it is read, with the fields that the API server fills in. */
export const plainPod = (index: number): KubernetesObject => {
  const app = `shop-${index % APPS}`;
  const template = suffix(Math.imul(index % APPS, 0x9e37_79b1) >>> 0, 9);
  const labels = { app, 'app.kubernetes.io/name': app, 'pod-template-hash': template };
  const pod = {
    apiVersion: 'v1',
    kind: 'Pod',
    metadata: {
      name: `${app}-${template}-${suffix(Math.imul(index, 0x85eb_ca6b) >>> 0, 5)}${index}`,
      namespace: 'default',
      labels,
      annotations: { 'prometheus.io/scrape': 'true', 'prometheus.io/port': '9090' },
    },
    spec: {
      schedulerName: 'not-here',
      containers: [
        {
          name: 'web',
          image: `registry.example/${app}:1.${index % 7}.0`,
          ports: [{ name: 'http', containerPort: 8080 }],
          env: [{ name: 'APP', value: app }],
          resources: { requests: { cpu: '100m', memory: '128Mi' }, limits: { memory: '256Mi' } },
          readinessProbe: { httpGet: { path: '/ready', port: 'http' }, periodSeconds: 5 },
          volumeMounts: [{ name: 'config', mountPath: '/etc/shop' }],
        },
      ],
      volumes: [{ name: 'config', configMap: { name: `${app}-config` } }],
    },
  };
  return pod as KubernetesObject;
};

const suffix = (seed: number, length: number): string => {
  let state = seed;
  let text = '';
  for (let i = 0; i < length; i++) {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0;
    text += LETTERS[(state >>> 16) % LETTERS.length];
  }
  return text;
};
