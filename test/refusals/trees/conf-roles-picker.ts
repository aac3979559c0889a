// A picker of a model of two roles that knows of none.
import type { App } from 'cdk8s';
import { parse, stringify } from 'yaml';
import { type Roles, replace, roles } from '../roles';

interface File {
  readonly plugins: readonly { readonly type: string }[];
}

function without({ picker }: Roles, plugin: string): void {
  const { data } = picker.toJson() as { readonly data: Readonly<Record<string, string>> };
  const file = parse(data['config.yaml']) as File;
  const plugins = file.plugins.filter(({ type }) => type !== plugin);
  replace(picker, '/data/config.yaml', stringify({ ...file, plugins }));
}

export function faulty(app: App): void {
  roles(app, (all) => without(all, 'disagg-profile-handler'));
}

export function repaired(app: App): void {
  roles(app);
}
