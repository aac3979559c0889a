import type { Checkpoint } from './checkpoints';
import { familyOf } from './hub-families';
import { type ConfigFault, HubFields, isFields } from './hub-fields';
import { type HubQuantization, quantizationOf } from './hub-quantization';
import { shapeOf } from './hub-shape';
import type { Model } from './models';

/** A model read from its config.json, or what is wrong with the file. */
export type ReadConfig = { readonly checkpoint: Checkpoint } | { readonly faults: readonly ConfigFault[] };

/**
 * A model that is not in the catalog, from the fields of its config.json. What is not understood is named in the
 * checkpoint, and then nothing of it is promised.
 */
export function readConfig(config: unknown, id: string): ReadConfig {
  if (!isFields(config)) {
    return { faults: [{ field: 'config', what: 'is no object', fix: "paste the model's config.json" }] };
  }
  const fields = new HubFields(config);
  const architecture = architectureOf(fields);
  const family = familyOf(architecture);
  const maxContext = fields.mustCount(
    32_768,
    'max_position_embeddings',
    'max_sequence_length',
    'n_positions',
    'seq_length',
  );
  if (!fields.has('hybrid_override_pattern', 'layers_block_type')) {
    fields.mustCount(32, 'num_hidden_layers', 'n_layer', 'num_layers');
  }
  const layers = fields.count('num_hidden_layers', 'n_layer', 'num_layers') ?? 0;
  if (layers > 1000) {
    fields.faults.push({
      field: 'num_hidden_layers',
      what: `is ${layers}`,
      fix: 'write the number of its layers',
    });
    return { faults: fields.faults };
  }
  if (fields.has('block_configs') && !fields.has('intermediate_size')) {
    fields.faults.push({
      field: 'block_configs',
      what: 'gives every layer sizes of its own, which nothing here counts',
      fix: 'start the model once on the card and read the memory in its log; its size cannot be told from here',
    });
    return { faults: fields.faults };
  }
  // Counted even where a field is missing, so that every missing one is named.
  const shape = shapeOf(fields, family ?? {});
  if (fields.faults.length) return { faults: unique(fields.faults) };

  const block = fields.fields('quantization_config') ?? fields.fields('compression_config');
  const quantization = block ? quantizationOf(block, shape.layers, firstDense(fields)) : named(id);
  const tower = towerGiB(config);
  const model: Model = {
    id,
    kind: kindOf(architecture),
    architecture,
    maxContext,
    dtype: dtypeOf(fields),
    format: quantization?.format ?? [],
    multimodal: tower !== undefined,
    source: 'its config.json',
    ...shape,
  };
  const notRead = [
    ...unread(config, architecture, family !== undefined, tower),
    ...(quantization?.notRead ?? []),
  ];
  return {
    checkpoint: {
      id,
      model,
      format: model.format,
      lightest: quantization?.lightest ?? [],
      assumed: false,
      fp8Cache: quantization?.fp8Cache ?? false,
      madeAtLoad: false,
      ...(tower ? { towerGiB: tower } : {}),
      ...(notRead.length ? { notRead } : {}),
    },
  };
}

/** Publishers leave the block out and say it in the name, or in a file of its own. */
function named(id: string): HubQuantization | undefined {
  if (!/fp8|fp4|awq|gptq|gguf|bnb|[348]-?bit|int[48]|w[48]a(8|16)/i.test(id)) return undefined;
  return {
    format: [],
    lightest: [{ format: 'int4-g128-sym', applies: ['attention', 'denseMlp', 'sharedExperts', 'experts'] }],
    fp8Cache: false,
    notRead: ['the quantization that the name tells and config.json does not'],
  };
}

/** Layers at the front without experts. */
const firstDense = (fields: HubFields): number | undefined => fields.count('first_k_dense_replace');

const unique = (faults: readonly ConfigFault[]): readonly ConfigFault[] => [
  ...new Map(faults.map((fault) => [fault.field, fault])).values(),
];

const architectureOf = (fields: HubFields): string =>
  fields.rootWords('architectures')[0] ?? 'no architecture';

function kindOf(architecture: string): Model['kind'] {
  if (/ForSequenceClassification$/.test(architecture)) return 'rerank';
  return /Model$|ForMaskedLM$/.test(architecture) ? 'embed' : 'generate';
}

function dtypeOf(fields: HubFields): Model['dtype'] {
  const said = fields.text_('torch_dtype') ?? fields.text_('dtype');
  return said === 'float16' || said === 'float32' ? said : 'bfloat16';
}

/** GiB of the towers for images and sound; nothing where there is none, NaN where it cannot be counted. */
function towerGiB(config: Readonly<Record<string, unknown>>): number | undefined {
  const towers = ['vision_config', 'audio_config', 'vision_tower', 'thinker_config']
    .map((name) => config[name])
    .filter(isFields);
  if (!towers.length) return undefined;
  return towers.reduce((sum, tower) => {
    const number = (...names: readonly string[]) =>
      names.map((name) => tower[name]).find((value): value is number => typeof value === 'number');
    const width = number('hidden_size', 'vt_hidden_size', 'embed_dim', 'width');
    const depth = number('depth', 'num_hidden_layers', 'vt_num_hidden_layers', 'layers');
    const inner = number('intermediate_size', 'vt_intermediate_size') ?? (width ? 4 * width : undefined);
    if (!width || !depth || !inner) return Number.NaN;
    // Three matrices of a gated layer, and a projector as large as two layers more.
    return sum + ((depth + 2) * (4 * width ** 2 + 3 * width * inner) * 2) / 2 ** 30;
  }, 0);
}

function* unread(
  config: Readonly<Record<string, unknown>>,
  architecture: string,
  known: boolean,
  tower: number | undefined,
): Iterable<string> {
  if (!known) yield `the architecture ${architecture}, whose layers nobody has counted here`;
  if (tower !== undefined && Number.isNaN(tower)) yield 'the size of its towers for images or sound';
  const text = isFields(config.text_config) ? config.text_config : config;
  for (const [field, what] of STRANGE) {
    const value = text[field] ?? config[field];
    if (value !== undefined && value !== null && value !== 0 && value !== false) yield what;
  }
  const types = Array.isArray(text.layer_types) ? text.layer_types : [];
  const odd = types.find((type) => !KNOWN_LAYERS.includes(`${type}`));
  if (odd !== undefined) yield `layers of the type '${odd}'`;
}

/** Fields that change memory in a way that is not counted. */
const STRANGE: readonly (readonly [string, string])[] = [
  ['cross_attention_layers', 'layers that attend to images'],
  ['num_kv_shared_layers', 'layers that share the cache of others'],
  ['hidden_size_per_layer_input', 'embeddings of each layer'],
  ['block_configs', 'layers that differ from each other'],
  ['is_encoder_decoder', 'an encoder beside the decoder'],
  ['compress_ratios', 'a compressed cache'],
  ['mamba_expand', 'layers of Mamba'],
  ['ssm_cfg', 'layers of Mamba'],
];
const KNOWN_LAYERS: readonly string[] = [
  'full_attention',
  'deepseek_sparse_attention',
  'attention',
  'sliding_attention',
  'chunked_attention',
  'linear_attention',
];
