import type { PodTemplate } from '../core';
import { isCredentialName, isRandom, isReference, isSecretNoun, literalsIn, shapeOf } from './credentials';
import { groupOf, isCustom } from './kinds';
import type { Proof, Refusal } from './proof';
import { walk } from './walk';

/** Groups in which a text under such a name is the name of a key, never a value. */
const NAMES_ONLY = ['external-secrets.io', 'generators.external-secrets.io'];
const DNS_NAME = /^[a-z0-9]([-a-z0-9.]*[a-z0-9])?$/;

/**
 * No credential is written out: not in variables, arguments, files, annotations, chart values, custom resources or
 * Secret objects. The value is never repeated in the message.
 *
 * Fails: `env: [{ name: DB_PASSWORD, value: … }]`, `redis://:…@cache:6379`, a Secret with data.
 */
export const noLiteralSecret: Proof = {
  name: 'no-literal-secret',
  about: 'Passwords, tokens and keys are references, never texts in manifests, files or chart values.',
  check({ rendered }) {
    const findings: Refusal[] = [];
    let checked = 0;
    const refuse = (object: string, at: string, what: string) => {
      findings.push({
        object,
        what: `${at} holds ${what}`,
        why: 'whoever reads the repository or the object has it, and it cannot be rotated without a deploy',
        fix: 'keep it in a secret (generated, supplied or from AWS) and refer to its key',
      });
    };
    /** A text whose name is not known to be a credential's. */
    const plain = (object: string, at: string, text: string) => {
      checked++;
      const shape = shapeOf(text);
      if (shape) refuse(object, at, shape);
      else if (isRandom(text)) refuse(object, at, `a random text of ${text.length} characters`);
      return shape === undefined;
    };
    const named = (object: string, at: string, text: string) => {
      if (!plain(object, at, text) || isRandom(text) || isReference(text)) return;
      refuse(object, at, `a literal of ${text.length} characters`);
    };
    const file = (object: string, at: string, text: string) => {
      if (!plain(object, at, text)) return;
      for (const { name, length } of literalsIn(text))
        refuse(object, `${at}, '${name}',`, `a literal of ${length} characters`);
    };
    /** Values of charts and custom resources. */
    const tree = (object: string, root: string, value: unknown, namesOnly: boolean) => {
      walk(value, (key, inner, path) => {
        const at = `${root}.${path}`;
        if (Array.isArray(inner)) {
          for (const item of inner) if (typeof item === 'string') argument(object, at, item);
        } else if (typeof inner === 'number') {
          if (/passw(or)?d$/i.test(key)) refuse(object, at, 'a literal number');
        } else if (typeof inner === 'string') {
          if (inner.includes('\n')) file(object, at, inner);
          else if (namesOnly || !isCredentialName(key) || (isSecretNoun(key) && DNS_NAME.test(inner)))
            plain(object, at, inner);
          else named(object, at, inner);
        }
      });
    };
    const argument = (object: string, at: string, text: string) => {
      const [, flag, value] = /^-{0,2}([A-Za-z][\w.-]*)[=](.+)$/s.exec(text) ?? [];
      if (flag && isCredentialName(flag) && !text.includes('\n')) named(object, `${at} '${flag}'`, value);
      else if (text.includes('\n')) file(object, at, text);
      else plain(object, at, text);
    };
    const pod = (object: string, { metadata, spec }: PodTemplate) => {
      annotations(object, metadata.annotations);
      for (const container of [...(spec.initContainers ?? []), ...spec.containers]) {
        const of = `of container '${container.name}'`;
        for (const { name, value } of container.env ?? []) {
          if (value === undefined) continue;
          if (value.includes('\n')) file(object, `env ${name} ${of}`, value);
          else if (isCredentialName(name)) named(object, `env ${name} ${of}`, value);
          else plain(object, `env ${name} ${of}`, value);
        }
        const args = [...(container.command ?? []), ...(container.args ?? [])];
        args.forEach((text, i) => {
          argument(object, `an argument ${of}`, text);
          // `--api-key value` in two parts.
          const flag = /^--?([A-Za-z][\w.-]*)$/.exec(args[i - 1] ?? '')?.[1];
          if (flag && isCredentialName(flag) && !text.startsWith('-'))
            named(object, `argument '--${flag}' ${of}`, text);
        });
      }
    };
    const annotations = (object: string, texts: Readonly<Record<string, string>> | undefined) => {
      for (const [key, text] of Object.entries(texts ?? {})) plain(object, `annotation '${key}'`, text);
    };

    for (const { owner, template } of rendered.facts.of('pods')) pod(owner, template);
    for (const { id, json } of rendered.objects) {
      annotations(id, json.metadata.annotations);
      if (json.kind === 'ConfigMap') {
        for (const [key, text] of Object.entries((json.data ?? {}) as Record<string, string>)) {
          if (text.includes('\n') || /[:=]/.test(text) || !isCredentialName(key)) file(id, `'${key}'`, text);
          else named(id, `'${key}'`, text);
        }
      } else if (json.kind === 'Secret' && json.apiVersion === 'v1') {
        checked++;
        const keys = [json.data, json.stringData].flatMap((data) => Object.keys(data ?? {}));
        if (keys.length) refuse(id, 'the object', `the values of ${keys.join(', ')}`);
      } else if (isCustom(json)) {
        tree(id, 'spec', json.spec, NAMES_ONLY.includes(groupOf(json.apiVersion)));
      }
    }
    for (const { name, namespace, values } of rendered.facts.of('release')) {
      tree(`release/${namespace}/${name}`, 'values', values, false);
    }
    for (const { name, namespace, values } of rendered.facts.of('release'))
      listNamed(`release/${namespace}/${name}`, values, named);
    return { findings, checked };
  },
};

/** `env: [{ name: DB_PASSWORD, value: … }]` inside chart values: the name is not the key. */
function listNamed(
  object: string,
  values: unknown,
  named: (object: string, at: string, text: string) => void,
): void {
  walk(values, (key, value, path, parent) => {
    if (key !== 'value' || typeof value !== 'string' || typeof parent.name !== 'string') return;
    if (isCredentialName(parent.name)) named(object, `values.${path} (${parent.name})`, value);
  });
}
