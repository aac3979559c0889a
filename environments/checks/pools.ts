import { type Checking, type Draft, entriesOf } from './draft';

/** Pools against the AWS section, and each against its capacity. */
export function checkPools(draft: Draft, { fault, written }: Checking): void {
  const { aws, pools, simulate, tier } = draft;
  const inAws = written('aws') && tier !== 'local';
  // A twin may name the pools of the environment that it stands for.
  if (!inAws && simulate && written('pools')) return;
  if (!inAws && written('pools')) {
    fault('pools', "nothing reads pools in an environment without 'aws'; drop them");
    return;
  }
  const every = entriesOf(pools);
  const faulty = written('pools') && !pools;
  const general = every.flatMap(([name, pool]) => ('cpu' in pool ? [{ name, arch: pool.arch }] : []));
  if (inAws && !faulty && !general.length) {
    const why = 'everything without a GPU runs there';
    fault(
      written('pools') ? 'pools' : 'aws',
      `needs a pool without GPUs: ${why}; add general: { cpu: true }`,
    );
  }
  if (general.length && general.every(({ arch }) => arch === 'arm64')) {
    fault(
      `pools.${general[0].name}.arch`,
      'not every image of the platform is built for arm64; keep a pool of amd64 beside it, for what names no pool',
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
    if ('cpu' in pool && written(`${path}.vcpus`)) {
      const { min, max } = pool.vcpus ?? {};
      if (pool.instanceTypes) fault(`${path}.vcpus`, 'nothing reads this beside instanceTypes; keep one');
      if (min && max && min > max) fault(`${path}.vcpus.min`, `${min} is above max, ${max}`);
    }
    if (!('gpu' in pool)) continue;
    checkPurchase(path, pool, { fault, written });
    checkKept(path, pool, { fault, written });
    if (pool.prepull && !modelsOn(name, draft)) {
      const batch = Object.values(draft.batch?.jobs ?? {}).some((job) => job?.pool === name);
      const why = batch
        ? 'only batch work runs there: its nodes start for it, and would pull beside it and be no faster'
        : 'no model runs there, and so there is nothing to pull';
      fault(`${path}.prepull`, `${why}; delete the line`);
    }
  }
}

/** Whether a server keeps nodes of a pool; one that is written with a fault is spoken about where it stands. */
const modelsOn = (pool: string, { models, simulate }: Draft): boolean =>
  simulate === true ||
  models === undefined ||
  Object.values(models).some(
    (model) =>
      model === undefined ||
      ('pool' in model && model.pool === pool) ||
      ('canary' in model && model.canary && 'pool' in model.canary && model.canary.pool === pool),
  );

/** What says how nodes are bought. */
interface Purchase {
  readonly capacity?: string;
  readonly zones?: readonly (string | undefined)[];
}

/** Each way to buy against the keys that it needs. */
function checkPurchase(
  path: string,
  { capacity, zones }: Purchase,
  { fault, written }: Pick<Checking, 'fault' | 'written'>,
): void {
  const held = capacity === 'reserved' || capacity === 'block';
  const reservation = written(`${path}.reservation`);
  if (held && !reservation) {
    fault(`${path}.capacity`, `'${capacity}' needs a reservation: name it in 'reservation'`);
  }
  if (capacity && !held && reservation) {
    const readers = "only with 'reserved' or 'block'";
    fault(`${path}.reservation`, `nothing reads this with capacity '${capacity}', ${readers}`);
  }
  if (capacity === 'block' && zones?.length !== 1) {
    const at = zones ? `${path}.zones` : `${path}.capacity`;
    fault(at, "a capacity block lies in one zone: name that one in 'zones'");
  }
  if (capacity === 'block' && !written(`${path}.ends`)) {
    fault(`${path}.capacity`, "'block' needs its last day: name it in 'ends'");
  }
  if (capacity && capacity !== 'block' && written(`${path}.ends`)) {
    fault(`${path}.ends`, `nothing reads this with capacity '${capacity}', only with 'block'`);
  }
}

/** What says that nodes are kept which no pod asks for. */
interface Kept {
  readonly limit?: number;
  readonly perNode?: number;
  readonly warm?: number;
  readonly buffer?: number;
  readonly static?: number;
}

/** One way to keep nodes, and no more of them than the pool may have. */
function checkKept(
  path: string,
  { limit, perNode = 1, ...pool }: Kept,
  { fault, written }: Pick<Checking, 'fault' | 'written'>,
): void {
  for (const key of ['warm', 'buffer'] as const) {
    if (!written(`${path}.${key}`)) continue;
    const kept = pool[key];
    if (written(`${path}.static`)) {
      fault(`${path}.${key}`, "nothing reads this beside 'static': no pod starts a node there; raise static");
    } else if (kept && limit && kept * perNode > limit) {
      const most = Math.floor(limit / perNode);
      const fix = most > 0 ? `keep at most ${most} warm, or raise it` : 'raise it';
      fault(`${path}.${key}`, `${kept * perNode} GPUs kept warm are above the limit, ${limit}; ${fix}`);
    }
  }
  if (written(`${path}.warm`) && written(`${path}.buffer`)) {
    fault(`${path}.buffer`, "keeps the same nodes as 'warm'; keep one");
  }
}
