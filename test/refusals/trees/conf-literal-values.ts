// A password in the values of a chart.
import type { App } from 'cdk8s';
import { HelmRelease } from '../../../lib/core';
import { ground } from '../ground';

function release(app: App, values: Readonly<Record<string, unknown>>): void {
  new HelmRelease(ground(app).operators, 'broker', {
    name: 'broker',
    chart: 'broker',
    repository: 'https://charts.example.com',
    version: '1.2.3',
    values,
    footprint: {},
  });
}

export function faulty(app: App): void {
  release(app, { auth: { username: 'web', password: 'example-password' } });
}

export function repaired(app: App): void {
  release(app, { auth: { username: 'web', existingSecret: 'broker-auth' } });
}
