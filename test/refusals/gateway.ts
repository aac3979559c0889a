import type { App } from 'cdk8s';
import { ElastiCacheValkey, RdsPostgres } from '../../lib/data';
import { HostedProvider, LiteLlmGateway, type LiteLlmGatewayProps } from '../../lib/gateway';
import { ground } from './ground';

interface Stores {
  readonly cache: ElastiCacheValkey;
  readonly queue: ElastiCacheValkey;
}

/** A gateway without a fault, but for what is asked, with one provider whose answers take up to 300 s. */
export function gateway(app: App, props: (stores: Stores) => Partial<LiteLlmGatewayProps>): void {
  const { apps } = ground(app);
  const stores: Stores = {
    cache: new ElastiCacheValkey(apps, 'cache', { role: 'cache' }),
    queue: new ElastiCacheValkey(apps, 'queue', { role: 'queue' }),
  };
  const door = new LiteLlmGateway(apps, 'gateway', {
    database: new RdsPostgres(apps, 'postgres'),
    coordination: stores.queue,
    drainSeconds: 300,
    ...props(stores),
  });
  const claude = { provider: 'anthropic/claude-sonnet-4-5', secret: 'providers/anthropic' };
  door.route(new HostedProvider(apps, 'claude', { ...claude, longestSeconds: 300 }));
}
