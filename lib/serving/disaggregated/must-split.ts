import type { Construct } from 'constructs';
import { findModel } from '../../catalog';
import { type Fault, images, PlatformError } from '../../core';
import type { EngineName } from '../engines';
import { checkFlags, type Flags } from '../vllm-flags';
import type { RoleProps, Transfer } from './roles';

/** Everything that has a say in whether two roles can share the work. */
interface Asked {
  readonly model: string;
  readonly engine: EngineName;
  readonly prefill: RoleProps;
  readonly decode: RoleProps;
  readonly transfer: Transfer;
  readonly nonCachedTokens?: number;
  readonly image?: string;
  readonly task?: string;
  readonly kvOffloadGiB?: number;
  readonly lmcache?: unknown;
  readonly speculative?: { readonly method: string };
  readonly extraArgs?: readonly string[];
}

/** Throws what would keep two roles from working as one model. */
export function mustSplit(server: Construct, asked: Asked): void {
  const checks = [whole, together, overEfa, alike, readByOthers, ofOnePart];
  for (const check of checks) {
    const fault = check(asked);
    if (fault) throw new PlatformError(server, fault);
  }
  if (asked.extraArgs) checkFlags(server, asked.extraArgs, OWNED, REFUSED);
}

const rolesOf = ({ prefill, decode }: Asked) => [['prefill', prefill] as const, ['decode', decode] as const];

function whole(asked: Asked): Fault | undefined {
  const divided = rolesOf(asked).find(
    ([, { pool }]) => pool.division || pool.devices.some(({ slice, sharedBy }) => slice || sharedBy),
  );
  if (!divided) return undefined;
  const [role, { pool }] = divided;
  return {
    what: `'${role}.pool' is '${pool.name}', whose GPUs are divided`,
    why: 'the memory of a cache is opened to other nodes by its GPU, and was not seen to be by a part of one',
    fix: 'name a pool with whole GPUs',
  };
}

function together({ prefill, decode }: Asked): Fault | undefined {
  const [here, there] = [prefill.pool, decode.pool];
  if (!here.zones || !there.zones) return undefined;
  const same = [...here.zones].sort().join() === [...there.zones].sort().join();
  if (same) return undefined;
  const common = here.zones.filter((zone) => there.zones?.includes(zone));
  return {
    what: `pool '${here.name}' has nodes in ${here.zones.join(', ')}, and pool '${there.name}' in ${there.zones.join(', ')}`,
    why: 'both roles share one zone, and whichever starts first would choose one where the other may not start',
    fix: common.length
      ? `give both zones: [${common[0]}]`
      : `give '${here.name}' the zones of '${there.name}', or run both roles on one pool`,
  };
}

function overEfa(asked: Asked): Fault | undefined {
  if (asked.transfer !== 'efa') return undefined;
  for (const [role, { pool, gpus = 1 }] of rolesOf(asked)) {
    if (!pool.efa) {
      return {
        what: `'transfer' is 'efa', and pool '${pool.name}' of '${role}' has no EFA`,
        why: 'its nodes have no interface to exchange by: the engine would end at its start',
        fix: `set efa: true on '${pool.name}', or transfer: tcp, whose cost a warning states`,
      };
    }
    const share = (pool.efa.perNode * gpus) / pool.gpusPerNode;
    if (!Number.isInteger(share)) {
      return {
        what: `'${role}.gpus' is ${gpus} of ${pool.gpusPerNode} on a node of '${pool.name}', which has ${pool.efa.perNode} EFA interface${pool.efa.perNode === 1 ? '' : 's'}`,
        why: 'an interface goes to one pod, so that others of its node would have none',
        fix: `set ${role}.gpus to ${pool.gpusPerNode}, or transfer: tcp`,
      };
    }
  }
  if (asked.image) return undefined;
  const own = images[asked.engine];
  return {
    what: `'transfer' is 'efa', and the image is the engine's own`,
    why: 'that comes without the EFA libraries: NIXL finds no fabric, and the engine ends at its start',
    fix: `build one (FROM ${own}, then the aws-efa-installer with --skip-kmod) and name it in 'image'`,
  };
}

/** What engines refuse when two pods of different shape first meet: at the first request, not at the start. */
function alike({ engine, model, prefill, decode }: Asked): Fault | undefined {
  const [p, d] = [prefill.gpus ?? 1, decode.gpus ?? 1];
  if (p === d) return undefined;
  const what = `'prefill.gpus' is ${p}, and 'decode.gpus' is ${d}`;
  if (engine === 'sglang') {
    return {
      what,
      why: 'SGLang moves caches between different numbers of GPUs through buffers whose memory nobody here counts',
      fix: `set both to ${Math.max(p, d)}, or use engine: vllm`,
    };
  }
  if (Math.max(p, d) % Math.min(p, d) !== 0) {
    return {
      what,
      why: 'vLLM shares out the heads of one over those of the other, so one number divides the other',
      fix: `set one of them to ${Math.min(p, d) * 2}`,
    };
  }
  const heads = headsOf(model);
  if (heads === undefined || p < d || p <= heads) return undefined;
  return {
    what: `${what}, and ${model} has ${heads} heads of keys and values`,
    why: `${p} GPUs hold each of them more than once, and vLLM reads such a cache only into as many GPUs or more`,
    fix: `set prefill.gpus to ${Math.max(heads, d)}, or decode.gpus to ${p}`,
  };
}

/** Heads that are shared out over GPUs; nothing where each GPU holds all, or where nobody knows the model. */
function headsOf(name: string): number | undefined {
  const model = findModel(name);
  return model && !model.cache.some(({ kind }) => kind === 'mla') ? model.kvHeads : undefined;
}

function readByOthers({ engine, nonCachedTokens }: Asked): Fault | undefined {
  if (nonCachedTokens === undefined) return undefined;
  if (engine === 'sglang') {
    return {
      what: `'nonCachedTokens' is ${nonCachedTokens}`,
      why: 'pods of SGLang that answer refuse every request whose prompt no other pod has read',
      fix: 'delete it: each prompt goes to a prefill pod',
    };
  }
  if (Number.isInteger(nonCachedTokens) && nonCachedTokens > 0) return undefined;
  return {
    what: `'nonCachedTokens' is ${nonCachedTokens}`,
    why: 'to the picker 0 means never: the prefill pods would get nothing, and cost what they cost',
    fix: 'write 1 for every prompt, or leave it out for prompts from 512 tokens on',
  };
}

function ofOnePart({ model, task = 'generate', speculative, ...asked }: Asked): Fault | undefined {
  if (task !== 'generate') {
    return {
      what: `the task is '${task}'`,
      why: 'such a model only reads: there is no answer to write somewhere else',
      fix: 'serve it without disaggregated',
    };
  }
  const kept = (['kvOffloadGiB', 'lmcache'] as const).find((key) => asked[key] !== undefined);
  if (kept) {
    return {
      what: `has '${kept}'`,
      why: 'vLLM has one way out of its cache: it would keep that to the host, and move nothing to other pods',
      fix: `delete ${kept}`,
    };
  }
  if (speculative && speculative.method !== 'ngram') {
    return {
      what: `has 'speculative' with method '${speculative.method}'`,
      why: 'it has a cache of its own beside that of the model, and was not seen to come along',
      fix: "use method 'ngram', which has none, or delete speculative",
    };
  }
  if (findModel(model)?.state) {
    return {
      what: `${model} keeps a state of each sequence beside its cache`,
      why: 'what moves it needs another layout of the state, and was not seen to work',
      fix: 'serve it without disaggregated',
    };
  }
  return undefined;
}

const OWNED = { '--kv-transfer-config': "use the prop 'transfer'" };

const SPREAD = {
  why: 'ports, ranks and caches of the other role follow from the GPUs of each replica alone',
  fix: 'delete it; the props of the roles say how many GPUs work together',
};

const REFUSED: Flags = Object.fromEntries(
  [
    '--data-parallel-size',
    '--data-parallel-size-local',
    '--decode-context-parallel-size',
    '--enable-return-routed-experts',
    '--pipeline-parallel-size',
    '--prefill-context-parallel-size',
  ].map((flag) => [flag, SPREAD]),
);
