/** Nouns that a credential ends in. */
const NOUN = /^(password|passwd|pwd|passphrase|token|secret|apikey|salt|credential|credentials)$/;
/** Nouns that need the word before them. */
const KEY_OF =
  /^(api|access|secret|private|encryption|master|signing|auth|shared|account|license|admin|webui)$/;
/** Written together. */
const TOGETHER = /(password|passwd|passphrase|apikey|secretkey|accesskey|privatekey|authtoken|accesstoken)$/;

const words = (key: string): string[] =>
  key
    .replace(/([a-z0-9])([A-Z])/g, '$1 $2')
    .replace(/([A-Z]+)([A-Z][a-z])/g, '$1 $2')
    .toLowerCase()
    .split(/[^a-z0-9]+/)
    .filter(Boolean);

/** Whether what stands under this name is a credential: `DB_PASSWORD`, `apiKey`, but not `secretName` or `maxTokens`. */
export function isCredentialName(key: string): boolean {
  const all = words(key);
  const last = all[all.length - 1] ?? '';
  if (last === 'key') return KEY_OF.test(all[all.length - 2] ?? '');
  return NOUN.test(last) || TOGETHER.test(last);
}

/** A name that ends in 'secret' most often holds the name of one: `existingSecret`, `passwordSecret`. */
export function isSecretNoun(key: string): boolean {
  const all = words(key);
  return all[all.length - 1] === 'secret' && all[all.length - 2] !== 'client';
}

const REFERENCE =
  /^(\$[({A-Za-z_]|\{\{|os\.environ|process\.env|env[:/.(]|getenv|ref\+|vault:|secret:\/\/|file:|arn:|[/~]|[!*&<>|%[{(]|(true|false|null|none|nil|yes|no|changeit)$)/i;

/** Whether a text stands for a value that comes from elsewhere, or for none. */
export function isReference(value: string): boolean {
  const text = value.trim();
  // A call in a program, or a template in the middle of a text.
  return (
    text === '' ||
    REFERENCE.test(text) ||
    text.includes('{{') ||
    text.includes('$(') ||
    text.includes('${') ||
    /^[\w.]+\(/.test(text)
  );
}

const SHAPES: readonly (readonly [RegExp, string])[] = [
  [/-----BEGIN [A-Z ]*PRIVATE KEY-----/, 'a private key'],
  [/\b(AKIA|ASIA)[A-Z0-9]{16}\b/, 'an AWS access key'],
  [/\b(gh[pousr]_[A-Za-z0-9]{30,}|github_pat_\w{30,}|glpat-[\w-]{20,})/, 'a token of a code host'],
  [/\bsk-[A-Za-z0-9_-]{20,}/, 'an API key'],
  [/\bhf_[A-Za-z0-9]{30,}/, 'a model hub token'],
  [/\bxox[abeprs]-[A-Za-z0-9-]{10,}/, 'a chat token'],
  [/\bAIza[\w-]{35}/, 'an API key'],
  [/\beyJ[\w-]{8,}\.eyJ[\w-]{8,}\.[\w-]{8,}/, 'a JSON web token'],
];

/** Cheap test before the shapes. */
const MAYBE = /PRIVATE KEY|AKIA|ASIA|gh[pousr]_|github_pat_|glpat-|sk-|hf_|xox|AIza|eyJ/;

const USERINFO = /[^\s/@"'`<>]*/y;

/** The credential that a text itself gives away, whatever it is called. */
export function shapeOf(text: string): string | undefined {
  if (MAYBE.test(text)) for (const [shape, name] of SHAPES) if (shape.test(text)) return name;
  for (let at = text.indexOf('://'); at >= 0; at = text.indexOf('://', at + 3)) {
    USERINFO.lastIndex = at + 3;
    const info = USERINFO.exec(text)?.[0] ?? '';
    if (text[at + 3 + info.length] !== '@') continue;
    const colon = info.indexOf(':');
    if (colon >= 0 && !isReference(info.slice(colon + 1))) return 'a URL with a password';
  }
  return undefined;
}

/** Letters of both cases and digits without any word in between: 32 or more look like nothing but a key. */
export function isRandom(text: string): boolean {
  if (text.length < 32 || text.length > 512 || !/^[A-Za-z0-9+=]+$/.test(text)) return false;
  if (!/[a-z]/.test(text) || !/[A-Z]/.test(text) || (text.match(/\d/g)?.length ?? 0) < 3) return false;
  const counts = new Map<string, number>();
  for (const letter of text) counts.set(letter, (counts.get(letter) ?? 0) + 1);
  let bits = 0;
  for (const count of counts.values()) bits -= (count / text.length) * Math.log2(count / text.length);
  return bits >= 4.2;
}

/** Part of a name that may be a credential's. */
const WORD = /pass|pwd|token|secret|key|salt|credential/gi;
const NAME = /[\w.-]/;
/** What may follow the name: `name: value`, `"name": "value"`, `name = value`. */
const ASSIGNED = /["']?[ \t]*(:|=)[ \t]*("[^"\n]*"|'[^'\n]*'|[^\s,#}\n]+)/y;

/** Names in a file that stand before a literal credential, with the length of it. */
export function literalsIn(text: string): { readonly name: string; readonly length: number }[] {
  const found: { name: string; length: number }[] = [];
  let end = 0;
  for (const { index } of text.matchAll(WORD)) {
    // A second word of a name that was read already.
    if (index < end) continue;
    let start = index;
    while (start > 0 && NAME.test(text[start - 1])) start--;
    for (end = index; end < text.length && NAME.test(text[end]); ) end++;
    const name = text.slice(start, end);
    if (!isCredentialName(name)) continue;
    ASSIGNED.lastIndex = end;
    const [, sign, raw] = ASSIGNED.exec(text) ?? [];
    if (raw === undefined) continue;
    // A label of a PromQL selector: `{token="out"}`.
    if (sign === '=' && /\{[^{}\n]{0,200}$/.test(text.slice(Math.max(0, start - 200), start))) continue;
    // A variable of psql: `PASSWORD :'password'`.
    if (/^\s+:["']/.test(text.slice(end, end + 8))) continue;
    const quoted = /^["']/.test(raw);
    const value = quoted ? raw.slice(1, -1) : raw;
    if (isReference(value)) continue;
    // Bare words of a program are variables, and numbers are counts.
    if (!quoted && (sign === '=' ? /[.([]/.test(value) : /^[\d.]+$/.test(value))) continue;
    found.push({ name, length: value.length });
  }
  return found;
}
