import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { loadEnvironment } from '../../environments';
import { EXAMPLES, filled, pages } from '../../scripts/readme-snippets';
import { build } from '../../stacks';

const ROOT = join(__dirname, '../..');

test('every example that is an app is run', () => {
  const apps = readdirSync(__dirname).filter((file) => /^(?!cluster\.).+(?<!\.test)\.ts$/.test(file));
  expect(apps.map((file) => file.replace('.ts', '')).sort()).toEqual(Object.keys(EXAMPLES).sort());
});

test.each(Object.keys(EXAMPLES))('%s synthesizes', (name) => {
  const outdir = mkdtempSync(join(tmpdir(), 'example-'));
  try {
    EXAMPLES[name](outdir).synth();
    const files = readdirSync(outdir);
    expect(files.length).toBeGreaterThan(0);
    for (const file of files) expect(readFileSync(join(outdir, file), 'utf8')).toContain('kind: ');
  } finally {
    rmSync(outdir, { recursive: true, force: true });
  }
});

describe('a second model', () => {
  const built = (name: string) => build(loadEnvironment(join(__dirname, 'environments', `${name}.yaml`)));
  const [one, two] = [built('first'), built('second')];

  test('both environments are proven', () => {
    expect([one, two].map(({ findings, ok }) => ({ findings, ok }))).toEqual([
      { findings: [], ok: true },
      { findings: [], ok: true },
    ]);
  });

  test('adds its own objects, and changes only what speaks of all models', () => {
    const text = ({ rendered }: typeof one) =>
      new Map(rendered.objects.map(({ id, json }) => [id, JSON.stringify(json)]));
    const [before, after] = [text(one), text(two)];
    expect([...before.keys()].filter((id) => !after.has(id))).toEqual([]);
    expect([...after.keys()].filter((id) => !before.has(id))).toMatchInlineSnapshot(`
      [
        "EC2NodeClass/l4",
        "NodePool/l4",
        "ServiceAccount/serving/embed",
        "NetworkPolicy/serving/embed",
        "Deployment/serving/embed",
        "Service/serving/embed",
        "ServiceAccount/serving/embed-smoke",
        "NetworkPolicy/serving/embed-smoke",
        "ConfigMap/serving/embed-smoke-1e727e7c-opt-smoke",
        "Job/serving/embed-smoke-1e727e7c",
        "PodMonitor/serving/embed",
      ]
    `);
    expect(
      [...after.keys()].filter((id) => before.has(id) && before.get(id) !== after.get(id)),
    ).toMatchInlineSnapshot(`
      [
        "NetworkPolicy/monitoring/kube-prometheus-stack-prometheus",
        "NetworkPolicy/gateway/gateway",
        "ConfigMap/gateway/gateway-etc-litellm",
        "Deployment/gateway/gateway",
      ]
    `);
  });
});

test.each(pages())('%s shows what runs: node --import=tsx scripts/readme-snippets.ts', (page) => {
  expect(readFileSync(join(ROOT, page), 'utf8')).toBe(filled(page));
});

/** Headings as links name them. */
const anchorsOf = (text: string): readonly string[] =>
  [...text.matchAll(/^#+ (.+)$/gm)].map(([, title]) =>
    title
      .toLowerCase()
      .replace(/[^\w\s-]/g, '')
      .replaceAll(' ', '-'),
  );

test.each(pages())('%s links to what exists', (page) => {
  const text = readFileSync(join(ROOT, page), 'utf8');
  const links = [...text.matchAll(/\]\((?!https?:)([^)#]*)(?:#([^)]+))?\)/g)];
  const missing = links.filter(([, file, anchor]) => {
    const target = file ? join(ROOT, page, '..', file) : join(ROOT, page);
    if (!existsSync(target)) return true;
    return anchor !== undefined && !anchorsOf(readFileSync(target, 'utf8')).includes(anchor);
  });
  expect(missing.map(([link]) => link)).toEqual([]);
});
