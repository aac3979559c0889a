import type { KubeObject } from '../../../lib/core';
import type { Carried } from '../delivered';
import type { Registered } from './pulumi-recorder';

const RELEASE = 'kubernetes:helm.sh/v3:Release';

/** Registrations of objects, their providers left out. */
export const objectRegistrations = (all: readonly Registered[]): Registered[] =>
  all.filter(({ type }) => type.startsWith('kubernetes:') && type !== RELEASE);

/** Read the platform's registrations back. */
export function platformOf(all: readonly Registered[]): Carried {
  const releases = all
    .filter(({ type }) => type === RELEASE)
    .map(({ inputs }) => {
      const oci = (inputs.chart as string).startsWith('oci://');
      const chart = oci ? (inputs.chart as string).split('/').pop() : inputs.chart;
      return {
        name: inputs.name,
        namespace: inputs.namespace,
        chart,
        repository: oci ? (inputs.chart as string).slice(0, -chart.length - 1) : inputs.repositoryOpts.repo,
        version: inputs.version,
        values: inputs.values ?? {},
        skipCrds: inputs.skipCrds,
      };
    });
  return { objects: objectRegistrations(all).map(({ inputs }) => inputs as KubeObject), releases };
}
