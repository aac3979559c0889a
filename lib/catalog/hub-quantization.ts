import { isFields } from './hub-fields';
import type { FormatGroup, ParameterGroup, WeightFormat } from './models';

/** What a `quantization_config` makes of the weights. */
export interface HubQuantization {
  /** As they weigh most. */
  readonly format: readonly FormatGroup[];
  /** As they weigh least. */
  readonly lightest: readonly FormatGroup[];
  readonly fp8Cache: boolean;
  /** What was not understood, and is counted both ways. */
  readonly notRead: readonly string[];
}

type Fields = Readonly<Record<string, unknown>>;

/** A format, the modules that it is for (none named means all linear ones), and those that it leaves out. */
interface Rule {
  readonly format: WeightFormat;
  readonly targets: readonly string[];
  readonly ignored: readonly string[];
}

const GROUPS: readonly ParameterGroup[] = ['attention', 'denseMlp', 'sharedExperts', 'experts'];

/** Modules of each group, as checkpoints name them: more than any one model has. */
const MODULES: Readonly<Record<ParameterGroup, readonly string[]>> = {
  attention: [
    'self_attn.q_proj',
    'self_attn.o_proj',
    'self_attn.kv_a_proj_with_mqa',
    'self_attn.kv_b_proj',
    'linear_attn.out_proj',
    'mixer.in_proj',
    'mixer.q_proj',
  ],
  denseMlp: ['mlp.gate_proj'],
  sharedExperts: ['mlp.shared_experts.gate_proj', 'mlp.shared_expert.gate_proj'],
  experts: ['mlp.experts.0.gate_proj', 'block_sparse_moe.experts.0.w1'],
};

/** Of a group's layers, so many must be in a format before it is counted so. */
const NEARLY_ALL = 0.98;

/** Read the block that says which weights are in which format. */
export function quantizationOf(block: Fields, layers: number, dense = 0): HubQuantization {
  const method =
    `${block.quant_method ?? (block.config_groups ? 'compressed-tensors' : 'modelopt')}`.toLowerCase();
  const left = listed(block, 'modules_to_not_convert', 'ignore', 'ignored_layers', 'exclude_modules');
  const rules = rulesOf(method, block, left);
  const fp8Cache = cacheOf(block);
  if (!rules.length) {
    return {
      format: [],
      lightest: [{ format: 'int4-g128-sym', applies: GROUPS }],
      fp8Cache,
      notRead: [`the quantization '${method}' of its config.json`],
    };
  }
  const format: FormatGroup[] = [];
  const lightest: FormatGroup[] = [];
  for (const rule of rules) {
    const share = (group: ParameterGroup, of: 'every' | 'some') => covered(rule, group, layers, dense, of);
    format.push({
      format: rule.format,
      applies: GROUPS.filter((group) => share(group, 'every') >= NEARLY_ALL),
    });
    lightest.push({ format: rule.format, applies: GROUPS.filter((group) => share(group, 'some') > 0) });
  }
  return { format: format.filter(({ applies }) => applies.length), lightest, fp8Cache, notRead: [] };
}

function rulesOf(method: string, block: Fields, ignored: readonly string[]): readonly Rule[] {
  const all = (format: WeightFormat | undefined): readonly Rule[] =>
    format ? [{ format, targets: [], ignored }] : [];
  const bits = Number(block.bits ?? block.w_bit ?? 4);
  const group = Number(block.group_size ?? block.q_group_size ?? 128);
  switch (method) {
    case 'fp8':
    case 'fbgemm_fp8':
      return all(blockOf(block.weight_block_size));
    case 'awq':
      return all(bits === 4 ? (group >= 128 ? 'awq-int4-g128' : 'int4-g32') : undefined);
    case 'gptq':
      if (bits === 8) return all('int8');
      return all(bits === 4 ? (group >= 128 || group === -1 ? 'gptq-int4-g128' : 'int4-g32') : undefined);
    case 'mxfp4':
      return [{ format: 'mxfp4', targets: ['re:.*experts.*'], ignored }];
    case 'compressed-tensors':
      return groupsOf(block, ignored);
    case 'modelopt': {
      const inner = isFields(block.quantization) ? block.quantization : block;
      const left = [...ignored, ...listed(inner, 'exclude_modules', 'ignore')];
      const algorithm = `${inner.quant_algo ?? ''}`.toUpperCase();
      if (block.config_groups) return groupsOf(block, left);
      if (algorithm === 'FP8') return [{ format: 'fp8', targets: [], ignored: left }];
      return algorithm === 'NVFP4' ? [{ format: 'nvfp4', targets: [], ignored: left }] : [];
    }
    default:
      return [];
  }
}

const blockOf = (size: unknown): WeightFormat | undefined =>
  size === undefined || size === null ? 'fp8' : `${size}` === '128,128' ? 'fp8-block128' : undefined;

/** The groups of compressed-tensors; one that is not understood makes all of them so. */
function groupsOf(block: Fields, ignored: readonly string[]): readonly Rule[] {
  const groups = isFields(block.config_groups) ? Object.values(block.config_groups).filter(isFields) : [];
  const rules = groups.flatMap((group): Rule[] => {
    const weights = isFields(group.weights) ? group.weights : {};
    const format = formatOf(weights);
    const targets = listed(group, 'targets');
    if (!format) return [];
    return [{ format, targets: targets.includes('Linear') ? [] : targets, ignored }];
  });
  return rules.length === groups.length ? rules : [];
}

function formatOf({
  num_bits: bits,
  type,
  group_size: group,
  block_structure: block,
}: Fields): WeightFormat | undefined {
  const size = Number(group ?? 0);
  if (type === 'float') {
    if (bits === 8) return blockOf(block);
    return bits === 4 ? (size === 32 ? 'mxfp4' : 'nvfp4') : undefined;
  }
  if (bits === 8) return 'int8';
  return bits === 4 ? (size && size < 128 ? 'int4-g32' : 'int4-g128-sym') : undefined;
}

/** Part of a group's layers of which every or some module is in a rule; the first ones may have no experts. */
function covered(
  { targets, ignored }: Rule,
  group: ParameterGroup,
  layers: number,
  dense: number,
  of: 'every' | 'some',
): number {
  const wanted = targets.map(pattern);
  const left = ignored.map(pattern);
  const experts = group === 'experts' || group === 'sharedExperts';
  const from = experts ? dense : 0;
  const to = group === 'denseMlp' && dense ? dense : layers;
  let count = 0;
  for (let layer = from; layer < to; layer++) {
    const modules = MODULES[group].map((module) => `model.layers.${layer}.${module}`);
    const named = (among: readonly RegExp[], module: string) => among.some((one) => one.test(module));
    const meant = targets.length === 0 || modules.some((module) => named(wanted, module));
    const kept = (module: string) => !named(left, module);
    if (meant && (of === 'every' ? modules.every(kept) : modules.some(kept))) count++;
  }
  return count / Math.max(1, to - from);
}

/** A name, a name with stars, or an expression after `re:`; a name is also for what lies below it. */
function pattern(entry: string): RegExp {
  const plain = entry
    .replace('language_model.', '')
    .replace('model.model.', 'model.')
    .replace(/^backbone\./, 'model.');
  if (plain.startsWith('re:')) {
    try {
      return new RegExp(plain.slice(3));
    } catch {
      return /^$/;
    }
  }
  const escaped = plain.replace(/[.+?^${}()|[\]\\]/g, '\\$&').replace(/\*+/g, '.*');
  return new RegExp(`(^|\\.)${escaped}(\\.|$)`);
}

function cacheOf(block: Fields): boolean {
  const inner = isFields(block.quantization) ? block.quantization : block;
  const scheme = inner.kv_cache_scheme ?? inner.kv_cache_quant_algo;
  return isFields(scheme) ? scheme.num_bits === 8 : `${scheme}`.toUpperCase() === 'FP8';
}

function listed(block: Fields, ...names: readonly string[]): readonly string[] {
  return names.flatMap((name) => {
    const value = block[name];
    return Array.isArray(value) ? value.filter((one): one is string => typeof one === 'string') : [];
  });
}
