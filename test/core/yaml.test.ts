import { ApiObject, App, Chart, YamlOutputType } from 'cdk8s';
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { stringify } from 'yaml';
import { objectsOf, toYaml, toYamlStream } from '../../lib/core';

const OPTIONS = { keepUndefined: true, lineWidth: 0, version: '1.1', aliasDuplicateObjects: false } as const;

const text = fc.oneof(
  fc.string(),
  fc.constantFrom(
    'yes',
    'No',
    '1.0',
    '0x1F',
    '1:30',
    '',
    ' ',
    '~',
    'null',
    '- x',
    'a: b',
    'a #b',
    '@x',
    '{{ .x }}',
    'é\n',
    'a\n\nb\n',
    '\ttab',
    'x\n  y',
  ),
);
const key = fc.oneof(
  fc.stringMatching(/^[a-z][a-z0-9./-]{0,12}$/),
  fc.constantFrom('y', 'on', '1', 'a b', 'null', '*'),
);
const value = fc.letrec((tie) => ({
  any: fc.oneof(
    { depthSize: 'small' },
    text,
    fc.integer(),
    fc.boolean(),
    fc.constant(null),
    tie('list'),
    tie('map'),
  ),
  list: fc.array(tie('any'), { maxLength: 4 }),
  map: fc.dictionary(key, tie('any'), { maxKeys: 4 }),
})).map;

test('writes what the yaml package writes with the settings of cdk8s', () => {
  fc.assert(
    fc.property(value, (document) => {
      const plain = JSON.parse(JSON.stringify(document)) as object;
      expect(toYaml(plain)).toBe(stringify(plain, OPTIONS));
    }),
    { numRuns: 1000, seed: 7 },
  );
});

test('a chart is written as app.synth() writes it', () => {
  const app = new App({ yamlOutputType: YamlOutputType.FILE_PER_APP });
  const chart = new Chart(app, 'chart', { disableResourceNameHashes: true });
  for (const name of ['b', 'a']) {
    new ApiObject(chart, name, {
      apiVersion: 'v1',
      kind: 'ConfigMap',
      metadata: { name },
      data: { k: 'true', t: 'a\nb' },
    });
  }
  expect(toYamlStream(objectsOf(chart))).toBe(app.synthYaml());
});
