// A key in a configuration file.
import type { App } from 'cdk8s';
import { ground, service } from '../ground';

export function faulty(app: App): void {
  const { apps } = ground(app);
  service(apps, 'web', {
    config: { '/etc/web': { 'config.yaml': 'api_key: example-api-key\nregion: us-east-1\n' } },
  });
}

export function repaired(app: App): void {
  const { apps } = ground(app);
  service(apps, 'web', {
    config: { '/etc/web': { 'config.yaml': 'api_key: os.environ/API_KEY\nregion: us-east-1\n' } },
  });
}
