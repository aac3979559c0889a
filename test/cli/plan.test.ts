import { expect, test } from 'vitest';
import { Folder } from './called';

const folder = new Folder({
  faulty:
    'extends: first\nname: faulty\npools: { l40s: { capacity: spot } }\nmodels: { chat: { drainSeconds: 500 } }\n',
  outside: `name: outside
tier: local
gitops: { url: "https://git.example.com/platform.git", path: out/outside, revision: main }
data:
  postgres: { kind: cnpg }
  cache: { kind: valkey }
  queue: { kind: valkey }
  events: { kind: strimzi }
  vectors: { kind: milvus }
  objects: { kind: seaweedfs }
`,
});

test('a plan says what is, what could be, and what to write', async () => {
  const { code, out, err } = await folder.call('plan first');
  expect({ code, err }).toEqual({ code: 0, err: '' });
  expect(out).toMatch(/^first {2}us-east-1: /);
  expect(out).toMatch(/chat +4 GPUs on l40s/);
  expect(out).toMatch(/idle +\$[\d,]+/);
});

test('--json has a stable shape, and YAML to paste', async () => {
  const { out } = await folder.call('plan first --json');
  const plan = JSON.parse(out);
  expect(Object.keys(plan)).toEqual([
    'environment',
    'region',
    'now',
    'proposed',
    'saving',
    'pools',
    'models',
    'emptied',
    'left',
    'yaml',
  ]);
  if (plan.yaml) folder.write('pasted', `extends: first\nname: pasted\n${plan.yaml}`);
  else folder.write('pasted', 'extends: first\nname: pasted\n');
  expect((await folder.call('check pasted')).code).toBe(0);
});

test('one environment at a time', async () => {
  expect(await folder.call('plan')).toEqual({
    code: 2,
    out: '',
    err: 'nexus plan: name one environment or file\n',
  });
});

test('nothing is planned on top of faults', async () => {
  const { code, err } = await folder.call('plan faulty');
  expect(code).toBe(1);
  expect(err).toBe('nexus plan: faulty has 1 finding; repair them first: nexus check faulty\n');
});

test('outside AWS there is nothing to plan', async () => {
  const { code, err } = await folder.call('plan outside');
  expect(code).toBe(2);
  expect(err).toBe('nexus plan: outside runs outside AWS, so it has no pools\n');
});

test('a wrong name is one line', async () => {
  const { code, err } = await folder.call('plan nowhere');
  expect(code).toBe(2);
  expect(err.trim().split('\n')).toHaveLength(1);
});
