import type { Container, PodsFact } from '../../core';
import type { Index } from '../index-of';

/** Pods that an InferencePool selects. */
export function poolPods(namespace: string, pool: string | undefined, index: Index): readonly PodsFact[] {
  const spec = index.object(`InferencePool/${namespace}/${pool}`)?.json.spec as
    | { readonly selector?: { readonly matchLabels?: Readonly<Record<string, string>> } }
    | undefined;
  return spec?.selector ? index.select(namespace, spec.selector) : [];
}

/** Names that a server answers to, its adapters among them; none where it does not say. */
export const servedNames = (container: Container): readonly string[] => [
  ...valuesOf(container, '--served-model-name'),
  ...valuesOf(container, '--lora-modules').flatMap(adapterName),
];

/** An adapter as engines take it: `name=path`, or JSON. */
function adapterName(text: string): readonly string[] {
  if (!text.startsWith('{')) return [text.split('=')[0]];
  const name = /"name"\s*:\s*"([^"]+)"/.exec(text)?.[1];
  return name === undefined ? [] : [name];
}

/** Value of `--flag=value` or of `--flag value`. */
export const flagOf = (container: Container, flag: string): string | undefined =>
  valuesOf(container, flag)[0];

/** Values of `--flag=value`, or of `--flag one two`. */
export function valuesOf({ args = [] }: Container, flag: string): readonly string[] {
  const at = args.indexOf(flag);
  if (at < 0) {
    const written = args.find((arg) => arg.startsWith(`${flag}=`));
    return written === undefined ? [] : [written.slice(flag.length + 1)];
  }
  const rest = args.slice(at + 1);
  const end = rest.findIndex((arg) => arg.startsWith('-'));
  return end < 0 ? rest : rest.slice(0, end);
}
