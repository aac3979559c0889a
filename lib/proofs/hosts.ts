import type { KubeObject, PodTemplate } from '../core';

/** A host name in some text that may be a Service of this cluster. */
export interface Mention {
  /** As it stands in the text. */
  readonly text: string;
  readonly service: string;
  /** Absent for a name without one, which is looked up in the namespace of the reader. */
  readonly namespace?: string;
  readonly port?: number;
  /** `a.b` may be a Service `a` of namespace `b`, or a host of the internet. */
  readonly unsure?: boolean;
}

const MARK = '.svc';
const HOST = /[a-zA-Z0-9.-]/;
const AFTER = /^\.svc(?:\.cluster\.local)?\.?(?::(\d{1,5}))?(?![\w:-])/;
const DEFAULT_PORT: Readonly<Record<string, number>> = { 'http://': 80, 'https://': 443 };
const AUTHORITY = /[^\s/?#"'`,<>()[\]{}$%|;\\]*/y;
const BARE = /^([a-z0-9](?:[a-z0-9-]*[a-z0-9])?)(?:\.([a-z0-9](?:[a-z0-9-]*[a-z0-9])?))?:(\d{1,5})$/;
const LABEL = /^[a-z]([-a-z0-9]*[a-z0-9])?$/;

/** `<service>.<namespace>.svc`, with or without `.cluster.local` and a port. */
export function qualifiedHosts(text: string): Mention[] {
  const found: Mention[] = [];
  for (let at = text.indexOf(MARK); at >= 0; at = text.indexOf(MARK, at + MARK.length)) {
    const after = AFTER.exec(text.slice(at, at + 32));
    if (!after || /^\.svc\.[a-z]/.test(text.slice(at, at + 6)) !== after[0].startsWith('.svc.c')) continue;
    let start = at;
    while (start > 0 && HOST.test(text[start - 1])) start--;
    const host = text.slice(start, at);
    // Put together by a template, or a pattern: nothing to look up.
    if (/^[.-]/.test(host) || /[}*)%>]/.test(text[start - 1] ?? '')) continue;
    const labels = host.toLowerCase().split('.');
    if (labels.length < 2 || !labels.every(Boolean)) continue;
    const scheme = text.slice(Math.max(0, start - 8), start).match(/https?:\/\/$/)?.[0];
    const port = after[1] ? Number(after[1]) : DEFAULT_PORT[scheme ?? ''];
    found.push({
      text: host + after[0],
      service: labels[labels.length - 2],
      namespace: labels[labels.length - 1],
      ...(port ? { port } : {}),
    });
  }
  return found;
}

/** Hosts of URLs that name a port but no domain: `http://chat:8000`, `redis://cache.data:6379`. */
function bareHosts(text: string): Mention[] {
  const found: Mention[] = [];
  for (let at = text.indexOf('://'); at >= 0; at = text.indexOf('://', at + 3)) {
    AUTHORITY.lastIndex = at + 3;
    const authority = AUTHORITY.exec(text)?.[0] ?? '';
    const match = BARE.exec(authority.slice(authority.lastIndexOf('@') + 1));
    if (!match || match[1] === 'localhost' || (match[2] ? /^\d+$/.test(match[2]) : /^\d+$/.test(match[1])))
      continue;
    found.push({
      text: match[0],
      service: match[1],
      ...(match[2] ? { namespace: match[2], unsure: true } : {}),
      port: Number(match[3]),
    });
  }
  return found;
}

const both = (text: string): Mention[] => [
  ...(text.includes(MARK) ? qualifiedHosts(text) : []),
  ...(text.includes('://') ? bareHosts(text) : []),
];

/** Hosts that a pod is told of, with the place of each. */
export function hostsOfPod({ spec }: PodTemplate): { readonly at: string; readonly mention: Mention }[] {
  const found: { at: string; mention: Mention }[] = [];
  for (const container of [...spec.containers, ...(spec.initContainers ?? [])]) {
    const add = (place: string, mentions: readonly Mention[]) => {
      for (const mention of mentions)
        found.push({ at: `${place} of container '${container.name}'`, mention });
    };
    for (const { name, value } of container.env ?? []) {
      if (!value) continue;
      add(`env ${name}`, both(value));
      if (/(^|_)HOST(NAME)?$/.test(name) && LABEL.test(value) && value !== 'localhost') {
        add(`env ${name}`, [{ text: value, service: value }]);
      }
    }
    for (const argument of [...(container.command ?? []), ...(container.args ?? [])])
      add('an argument', both(argument));
  }
  return found;
}

const texts = new WeakMap<KubeObject, { readonly at: string; readonly mention: Mention }[]>();

/** Hosts in the files of a ConfigMap. Read once: several proofs ask. */
export function hostsOfConfigMap(
  json: KubeObject,
): readonly { readonly at: string; readonly mention: Mention }[] {
  let found = texts.get(json);
  if (!found) {
    found = Object.entries((json.data ?? {}) as Record<string, string>).flatMap(([key, text]) =>
      both(text).map((mention) => ({ at: `'${key}'`, mention })),
    );
    texts.set(json, found);
  }
  return found;
}
