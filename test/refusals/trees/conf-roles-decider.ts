// A picker in which a plugin is to decide that is not there.
import type { App } from 'cdk8s';
import { type Roles, replace, roles } from '../roles';

function misnamed({ picker }: Roles): void {
  const { data } = picker.toJson() as { readonly data: Readonly<Record<string, string>> };
  const text = data['config.yaml'].replace('type: prefix-based-pd-decider', 'type: always-disagg-pd-decider');
  replace(picker, '/data/config.yaml', text.replace(/\n +nonCachedTokens: \d+/, ' {}'));
}

export function faulty(app: App): void {
  roles(app, misnamed);
}

export function repaired(app: App): void {
  roles(app);
}
