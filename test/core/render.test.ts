import { ApiObject, App, Chart } from 'cdk8s';
import { Construct } from 'constructs';
import { describe, expect, test } from 'vitest';
import { declare, HelmRelease, Layer, render, setOrigin } from '../../lib/core';

const config = (scope: Construct, name: string) =>
  new ApiObject(scope, name, { apiVersion: 'v1', kind: 'ConfigMap', metadata: { name, namespace: 'apps' } });

describe('order', () => {
  test('phases first, then the order of construction, then what a layer comes after', () => {
    const app = new App();
    const serving = new Layer(app, 'models', { phase: 'serving' });
    const operators = new Layer(app, 'operators', { phase: 'operators' });
    const late = new Layer(app, 'late', { phase: 'serving', after: [serving] });
    const cluster = new Layer(app, 'cluster', { phase: 'cluster' });
    for (const layer of [serving, operators, late, cluster]) config(layer, `of-${layer.node.id}`);

    expect(render(app).layers.map((layer) => [layer.name, layer.needs])).toEqual([
      ['cluster', []],
      ['operators', ['cluster']],
      ['models', ['operators']],
      ['late', ['operators', 'models']],
    ]);
  });

  test('a layer cannot come after one of a later phase', () => {
    const app = new App();
    const apps = new Layer(app, 'apps', { phase: 'apps' });
    new Layer(app, 'data', { phase: 'data', after: [apps] });
    expect(() => render(app)).toThrowErrorMatchingInlineSnapshot(`
      [PlatformError: data: comes after layer 'apps', which is of the later phase 'apps'
        why: phase 'data' is complete before it
        fix: move one of the two to the phase of the other]
    `);
  });
});

test('a unit holds the objects of one top-level construct, whatever lies around it', () => {
  const units = (names: string[]) => {
    const app = new App();
    const layer = new Layer(app, 'layer', { phase: 'apps' });
    for (const name of names) {
      const construct = new Construct(layer, name);
      config(construct, `${name}-a`);
      config(construct, `${name}-b`);
    }
    return render(app).layers[0].units;
  };
  const before = units(['one', 'two']);
  const after = units(['zero', 'one', 'two']);
  expect(before.map((unit) => [unit.name, unit.objects.length])).toEqual([
    ['one', 2],
    ['two', 2],
  ]);
  expect(after.filter((unit) => unit.name !== 'zero')).toEqual(before);
});

test('objects and facts carry the entry of the environment file nearest to them', () => {
  const app = new App();
  const layer = new Layer(app, 'layer', { phase: 'apps' });
  const outer = setOrigin(new Construct(layer, 'outer'), 'models');
  const inner = setOrigin(new Construct(outer, 'inner'), 'models.chat');
  config(outer, 'a');
  config(inner, 'b');
  declare(inner, 'public', { object: 'x', what: 'y', declared: true });
  const rendered = render(app);
  expect(rendered.objects.map((object) => [object.id, object.origin])).toEqual([
    ['ConfigMap/apps/b', 'models.chat'],
    ['ConfigMap/apps/a', 'models'],
  ]);
  expect(rendered.facts.originOf(rendered.facts.of('public')[0])).toBe('models.chat');
});

test('a fact stated by a function is read when the tree is rendered', () => {
  const app = new App();
  let declared = false;
  declare(new Construct(app, 'x'), 'public', () => ({ object: 'x', what: 'y', declared }));
  declared = true;
  expect(render(app).facts.of('public')[0].declared).toBe(true);
});

test('releases belong to their layer and are no objects', () => {
  const app = new App();
  const layer = new Layer(app, 'operators', { phase: 'operators', namespace: 'keda' });
  const props = { name: 'keda', chart: 'keda', repository: 'https://charts.example.com', version: '2.20.2' };
  new HelmRelease(layer, 'Release', { ...props, footprint: {} });
  const { layers, objects } = render(app);
  expect(objects).toEqual([]);
  expect(layers[0].releases).toMatchObject([{ ...props, namespace: 'keda', values: {}, skipCrds: false }]);
});

test('what constructs find wrong with themselves is said by their own words', () => {
  const app = new App();
  const gateway = new Construct(app, 'gateway');
  gateway.node.addValidation({ validate: () => ['has no routes. Call route(endpoint) at least once'] });
  expect(() => render(app)).toThrow(/gateway: has no routes\. Call route\(endpoint\) at least once/);
});

test('pods are read from every kind that makes them', () => {
  const app = new App();
  const layer = new Chart(app, 'plain');
  const template = { metadata: { labels: { app: 'x' } }, spec: { containers: [{ name: 'x' }] } };
  const make = (kind: string, spec: object) =>
    new ApiObject(layer, kind, { apiVersion: 'x/v1', kind, metadata: { name: 'x', namespace: 'n' }, spec });
  make('Deployment', { replicas: 3, template });
  make('DaemonSet', { template });
  make('Job', { parallelism: 2, template });
  make('CronJob', { jobTemplate: { spec: { template } } });
  make('Pod', template.spec);
  expect(
    render(app)
      .facts.of('pods')
      .map((f) => [f.owner, f.replicas, f.job ?? false]),
  ).toEqual([
    ['Deployment/n/x', 3, false],
    ['DaemonSet/n/x', 'node', false],
    ['Job/n/x', 2, true],
    ['CronJob/n/x', 1, true],
    ['Pod/n/x', 1, false],
  ]);
});
