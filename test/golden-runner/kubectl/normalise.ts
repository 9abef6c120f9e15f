/** The alphabet of generated names (k8s.io/apimachinery/pkg/util/rand). */
const SAFE = 'bcdfghjklmnpqrstvwxz2456789';

export interface NormaliseOptions {
  readonly command: string;
  /** Text of the scenario: values written there stay. */
  readonly own: string;
  readonly server: string;
}

/** Replaces what differs from run to run in what kubectl prints; the recorded side went through the same rules. */
export const normalise = (text: string, options: NormaliseOptions): string => {
  const keep = (value: string): boolean => options.own.includes(value);
  let s = withoutServer(text, options.server);
  s = withoutIdentities(s, keep);
  s = withoutTimes(s, keep);
  s = withoutGeneratedNames(s, keep);
  s = withoutAddresses(s, keep);
  s = withoutAmounts(s, options.command);
  if (!/\bnodes?\b|drain|cordon|taint/.test(options.command)) s = s.replace(/node-\d(?![\w-])/g, (m) => (keep(m) ? m : '<node>'));
  // kubectl pads columns to the widest cell.
  return s.split('\n').map((line) => line.replace(/(?<=\S) {2,}/g, '  ').trimEnd()).join('\n');
};

type Keep = (value: string) => boolean;

const withoutServer = (text: string, server: string): string => {
  if (server === '') return text;
  const { port } = new URL(server);
  const s = text.replaceAll(server, '<server>').replaceAll(server.replace(/^https?:\/\//, ''), '<server>');
  return port === '' ? s : s.replace(new RegExp(`(?<!\\d)${port}(?!\\d)`, 'g'), '<serverPort>');
};

const withoutIdentities = (text: string, keep: Keep): string => {
  let s = text.replace(/apiserver-[a-z2-7]{26}/g, 'apiserver-<id>');
  s = s.replace(/-----BEGIN [A-Z ]+-----[\s\S]*?-----END [A-Z ]+-----\n?/g, '<pem>\n');
  s = s.replace(/eyJ[\w-]+\.[\w-]+\.[\w-]+/g, '<token>').replace(/LS0tLS1[\w+/=]{40,}/g, '<base64 pem>');
  s = s.replace(/[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}/g, (m) => (keep(m) ? m : '<uid>'));
  s = s.replace(/(?<=\s)[a-z][\w.-]*_<uid>/g, (m) => (m.startsWith('apiserver-') ? m : '<host>_<uid>'));
  s = s.replace(/[a-z-]+:\/\/[0-9a-f]{64}/g, '<runtime>://<id>').replace(/sha256:[0-9a-f]{64}/g, 'sha256:<digest>');
  s = s.replace(/("?resourceVersion"?: ?)"\d+"/g, '$1"<rv>"').replace(/(Resource Version: +)\d+/g, '$1<rv>');
  return s.replace(/\/tmp\/(LIVE|MERGED)-\d+\//g, '<tmp>/$1/').replace(/\/tmp\/kubectl-edit-\d+\.yaml/g, '<tmp>/kubectl-edit.yaml');
};

const withoutTimes = (text: string, keep: Keep): string => {
  let s = text.replace(/\d{4}-\d\d-\d\d[T ]\d\d:\d\d:\d\d(\.\d+)?( ?(Z|[+-]\d\d:?\d\d))?/g, (m) => (keep(m) ? m : '<time>'));
  s = s.replace(/(Mon|Tue|Wed|Thu|Fri|Sat|Sun),? \d\d? ?\w{3} \d{4} \d\d:\d\d:\d\d [+-]\d{4}/g, '<date>');
  s = s.replace(/(Mon|Tue|Wed|Thu|Fri|Sat|Sun) \w{3} [ \d]\d \d\d:\d\d:\d\d UTC \d{4}/g, '<date>');
  return s.replace(/[IWEF]\d{4} \d\d:\d\d:\d\d\.\d+ +\d+ /g, '<klog> ');
};

/** Hashes of replica sets, random suffixes, minutes of cron jobs. */
const withoutGeneratedNames = (text: string, keep: Keep): string => {
  let s = text.replace(new RegExp(`-([${SAFE}]{6,10})-([${SAFE}]{5})(?![a-z0-9])`, 'g'), (m) => (keep(m) ? m : '-<hash>-<rand>'));
  s = s.replace(new RegExp(`-([${SAFE}]{7,10})(?![a-z0-9-])`, 'g'), (m) => (keep(m) ? m : '-<hash>'));
  s = s.replace(new RegExp(`-([${SAFE}]{5})(?![a-z0-9-])`, 'g'), (m) => (keep(m) ? m : '-<rand>'));
  s = s.replace(/((?:pod-template-hash|controller-revision-hash|pod-template-generation)"?[:=] ?"?)[a-z0-9]+(-[a-z0-9]+)?/g, '$1<hash>');
  s = s.replace(/(?<=[a-z])-2\d{7}(?!\d)/g, '-<minute>');
  // A kubelet on a busy machine.
  return s.replace(/^.*failed to sync (configmap|secret) cache: timed out waiting for the condition.*\n/gm, '');
};

const withoutAddresses = (text: string, keep: Keep): string => {
  let s = text.replace(/(?<![\d.])(?!127\.|0\.0\.0\.0)\d{1,3}\.\d{1,3}\.\d{1,3}\.\d{1,3}(?![\d.])/g, (m) => (keep(m) ? m : '<ip>'));
  s = s.replace(/(?<=\d:)3[0-2]\d{3}(?=\/(TCP|UDP))/g, (m) => (keep(m) ? m : '<nodePort>'));
  return s.replace(/((?:nodePort"?:|NodePort: +<?\S*) +)3[0-2]\d{3}/gi, (m, label: string) => (keep(m.slice(label.length)) ? m : `${label}<nodePort>`));
};

/** How long things took, how old they are, how large images are. */
const withoutAmounts = (text: string, command: string): string => {
  let s = text.replace(/in [\d.]+m?s \([\d.]+m?s including waiting\)\. Image size: \d+ bytes/g, 'in <age> (<age> including waiting). Image size: <n> bytes');
  s = s.replace(/\(x\d+ over [\w.]+\)/g, '(x<n> over <age>)');
  if (/-o[ =]?'?"?(yaml|json|go-template|custom)|--output[ =]?(yaml|json)/.test(command)) return s;
  // 100m is a tenth of a CPU in lines about cpu and before a percentage, else it is minutes.
  return s.split('\n').map((line) => ageless(line, /\bcpu\b/i.test(line) ? '' : 'm')).join('\n');
};

const ageless = (line: string, minutes: string): string =>
  line.replace(new RegExp(`(?<![^\\s(])(?<!for )(\\d+(?:ms|[s${minutes}hd])|\\d+m\\d+s|\\d+h\\d+m|\\d+d\\d+h|\\d+y\\d*d?|<invalid>)(?=[\\s)]|$)(?! \\(\\d+%\\))`, 'g'), '<age>');
