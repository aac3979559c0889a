// A node image that replaces every node on the day of a release.
import type { App } from 'cdk8s';
import { ApiObject, JsonPatch } from 'cdk8s';
import { GpuNodePool } from '../../../lib/compute';
import { ground } from '../ground';

function image(app: App, alias: string): void {
  const { capacity } = ground(app);
  const written = new GpuNodePool(capacity, 'l40s', { gpu: 'L40S', limit: 4 });
  const nodes = ApiObject.of(written.node.findChild('Nodes').node.findChild('NodeClass'));
  nodes.addJsonPatch(JsonPatch.replace('/spec/amiSelectorTerms/0/alias', alias));
}

export function faulty(app: App): void {
  image(app, 'al2023@latest');
}

export function repaired(app: App): void {
  image(app, 'al2023@v20260714');
}
