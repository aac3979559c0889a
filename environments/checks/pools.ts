import { type Checking, type Draft, entriesOf } from './draft';

/** Pools against the AWS section, and each against its capacity. */
export function checkPools({ aws, pools, tier }: Draft, { fault, written }: Checking): void {
  const inAws = written('aws') && tier !== 'local';
  if (!inAws && written('pools')) {
    fault('pools', "nothing reads pools in an environment without 'aws'; drop them");
    return;
  }
  const every = entriesOf(pools);
  const faulty = written('pools') && !pools;
  if (inAws && !faulty && !every.some(([, pool]) => 'cpu' in pool)) {
    const why = 'everything without a GPU runs there';
    fault(
      written('pools') ? 'pools' : 'aws',
      `needs a pool without GPUs: ${why}; add general: { cpu: true }`,
    );
  }
  for (const [name, pool] of every) {
    const path = `pools.${name}`;
    const zones = aws?.zones;
    if (name === 'system')
      fault(path, "'system' is the managed node group of aws.system; give the pool another name");
    for (const [index, zone] of (pool.zones ?? []).entries()) {
      if (zones && !zones.includes(zone)) {
        fault(`${path}.zones[${index}]`, `'${zone}' is not one of aws.zones: ${zones.join(', ')}`);
      }
    }
    if (!('gpu' in pool)) continue;
    const { limit, perNode = 1, warm } = pool;
    if (warm && limit && warm * perNode > limit) {
      const most = Math.floor(limit / perNode);
      const fix = most > 0 ? `keep at most ${most} warm, or raise it` : 'raise it';
      fault(`${path}.warm`, `${warm * perNode} GPUs kept warm are above the limit, ${limit}; ${fix}`);
    }
    const reservation = written(`${path}.reservation`);
    if (pool.capacity === 'reserved' && !reservation) {
      fault(`${path}.capacity`, "'reserved' needs a reservation: name it in 'reservation'");
    }
    if (pool.capacity && pool.capacity !== 'reserved' && reservation) {
      fault(
        `${path}.reservation`,
        `nothing reads this with capacity '${pool.capacity}', only with 'reserved'`,
      );
    }
  }
}
