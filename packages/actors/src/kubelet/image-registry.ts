import { hash32 } from '@naumachia/core';

/** An image as a container runtime knows it. One object per image and thread, shared among all nodes that hold it. */
export interface Image {
  /** With registry and tag: `docker.io/library/nginx:1.27`. */
  readonly name: string;
  /** By content: `docker.io/library/nginx@sha256:...`. */
  readonly digest: string;
  /** Last part of the repository, `nginx`: it decides what the emulated container does. */
  readonly program: string;
  readonly sizeBytes: number;
}

export type ImageReference =
  | { readonly valid: true; readonly name: string }
  /** `message` is what the distribution reference parser says. */
  | { readonly valid: false; readonly message: string };

const REPOSITORY = /^[a-z0-9]+(?:(?:\.|_|__|-+)[a-z0-9]+)*(?:\/[a-z0-9]+(?:(?:\.|_|__|-+)[a-z0-9]+)*)*$/;
const TAG = /^[\w][\w.-]{0,127}$/;

/** Makes a familiar name whole as the distribution reference parser does: `nginx` is `docker.io/library/nginx:latest`. */
export const parseImage = (familiar: string): ImageReference => {
  const known = references.get(familiar);
  if (known) return known;
  const parsed = parse(familiar);
  remember(references, familiar, parsed);
  return parsed;
};

const parse = (familiar: string): ImageReference => {
  const at = familiar.indexOf('@');
  let name = at > 0 ? familiar.slice(0, at) : familiar;
  let tag = 'latest';
  const colon = name.lastIndexOf(':');
  if (colon > name.lastIndexOf('/')) {
    tag = name.slice(colon + 1);
    name = name.slice(0, colon);
  }
  const slash = name.indexOf('/');
  const first = slash < 0 ? '' : name.slice(0, slash);
  // A first part with a dot, a port or upper case is a registry's host name.
  const isHost = first === 'localhost' || /[.:]/.test(first) || first !== first.toLowerCase();
  const repository = isHost ? name.slice(slash + 1) : slash < 0 ? `library/${name}` : name;
  const remote = isHost || slash >= 0 ? repository : name;
  if (remote !== remote.toLowerCase()) return { valid: false, message: `invalid reference format: repository name (${remote}) must be lowercase` };
  if (!REPOSITORY.test(repository) || !TAG.test(tag)) return { valid: false, message: 'invalid reference format' };
  return { valid: true, name: `${isHost ? first : 'docker.io'}/${repository}:${tag}` };
};

export type RegistryAnswer =
  | { readonly found: true; readonly image: Image }
  /** `error` is the text that the runtime gives the kubelet, as containerd 2 words it. */
  | { readonly found: false; readonly error: string };

/**
 * The emulated registry. Every image exists but those whose name or tag says otherwise: `private` and `nonexistent` are refused,
 * tags with `doesnotexist`, `nope`, `bad` or `broken`, and `404`, are not there, `unreachable` hosts do not resolve. Sizes are 1 to 3.5 MB.
 */
export const askRegistry = (name: string): RegistryAnswer => {
  const known = answers.get(name);
  if (known) return known;
  const answer = answerFor(name);
  remember(answers, name, answer);
  return answer;
};

const answerFor = (name: string): RegistryAnswer => {
  const colon = name.lastIndexOf(':');
  const repository = name.slice(0, colon);
  const tag = name.slice(colon + 1);
  const unresolved = `failed to pull and unpack image "${name}": failed to resolve reference "${name}": `;
  if (/private|nonexistent/.test(name)) {
    return { found: false, error: `${unresolved}pull access denied, repository does not exist or may require authorization: server message: insufficient_scope: authorization failed` };
  }
  if (/nope|doesnotexist|1\.161|bad|broken|^404$/.test(tag)) return { found: false, error: `rpc error: code = NotFound desc = ${unresolved}${name}: not found` };
  if (name.includes('unreachable')) {
    const host = name.slice(0, name.indexOf('/'));
    return { found: false, error: `rpc error: code = Unavailable desc = ${unresolved}failed to do request: Head "https://${host}/v2/": dial tcp: lookup ${host}: no such host` };
  }
  return {
    found: true,
    image: {
      name,
      digest: `${repository}@sha256:${hex64(name)}`,
      program: repository.slice(repository.lastIndexOf('/') + 1),
      sizeBytes: 1_000_000 + (hash32(name) & 0xff) * 10_000,
    },
  };
};

/** 64 hexadecimal digits that follow from a text, where the real thing has a SHA-256. */
export const hex64 = (text: string): string => {
  let digits = '';
  for (let word = 0; word < 8; word++) digits += hash32(text, word).toString(16).padStart(8, '0');
  return digits;
};

/** What names and tags say never changes, so it is kept for the thread, not for each node. */
const references = new Map<string, ImageReference>();
const answers = new Map<string, RegistryAnswer>();
const MOST_REMEMBERED = 10_000;

const remember = <T>(memo: Map<string, T>, key: string, value: T): void => {
  if (memo.size >= MOST_REMEMBERED) memo.clear();
  memo.set(key, value);
};
