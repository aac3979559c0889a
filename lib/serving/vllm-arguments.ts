import type { ModelStart } from '../core';
import type { Layout } from './spread';
import type { Flags } from './vllm-flags';

/** Options that the construct writes, with what to do instead. */
export const OWNED: Readonly<Record<string, string>> = {
  '--model': "use the prop 'model'",
  '--served-model-name': 'name the construct so: the served name is its id',
  '--host': 'delete it: the server listens on every address of its pod',
  '--port': 'delete it: the Service, the probes and the policies follow port 8000',
  '--max-model-len': "use the prop 'context'",
  '--max-num-seqs': "use the prop 'maxSequences'",
  '--max-num-batched-tokens': "use the prop 'batchedTokens'",
  '--gpu-memory-utilization': "use the prop 'utilization'",
  '--device-memory-utilization': "use the prop 'utilization'",
  '--tensor-parallel-size': "use the prop 'gpus'",
  '--data-parallel-size': "use the prop 'dataParallel'",
  '--enable-expert-parallel': "use the prop 'expertParallel'",
  '--all2all-backend': "use the prop 'expertParallel', with all2all",
  '--enable-eplb': "use the prop 'expertParallel', with redundantExperts",
  '--eplb-config': "use the prop 'expertParallel', with redundantExperts",
  '--runner': "use the prop 'task'",
  '--quantization': "use the prop 'quantization'",
  '--kv-cache-dtype': "use the prop 'kvCacheDtype'",
  '--shutdown-timeout': "use the prop 'drainSeconds'",
  '--enable-lora': "use the prop 'adapters'",
  '--lora-modules': "use the prop 'adapters'",
  '--max-loras': "use the prop 'adapters'",
  '--max-lora-rank': "use the prop 'adapters', with the rank of each",
  '--max-cpu-loras': "use the prop 'adapters'",
  '--enable-auto-tool-choice': "use the prop 'toolParser'",
  '--tool-call-parser': "use the prop 'toolParser'",
  '--reasoning-parser': "use the prop 'reasoningParser'",
  '--structured-outputs-config': "use the prop 'structuredOutputs'",
  '--speculative-config': "use the prop 'speculative'",
  '--spec-method': "use the prop 'speculative'",
  '--spec-model': "use the prop 'speculative'",
  '--spec-tokens': "use the prop 'speculative'",
  '--enable-prefix-caching': "use the prop 'prefixCaching'",
  '--kv-events-config': "use the prop 'kvEvents'",
  '--kv-offloading-size': "use the prop 'kvOffloadGiB'",
  '--revision': "use the prop 'revision'",
  '--load-format': "use the prop 'weights'",
  '--model-loader-extra-config': "use the prop 'weights'",
  '--download-dir': "use the prop 'weightsGiB', which says how much room there is",
  '--limit-mm-per-prompt': "use the prop 'mediaPerPrompt'",
};

/** Those that it writes besides where it tells of its cache. */
export const OWNED_WITH_EVENTS: Readonly<Record<string, string>> = {
  '--block-size': 'delete it: the picker counts in blocks of the same size',
};

const CLEARTEXT = {
  why: 'the probes, the Service and the gateway speak plain HTTP to port 8000 inside the cluster',
  fix: 'delete it; TLS ends at the gateway',
};
const ONE_NODE = {
  why: 'the server would wait for nodes that nothing starts',
  fix: "delete it: the prop 'nodes' starts them, and tells each of its place",
};

const BY_RANKS = {
  why: 'one address answers for all ranks of a replica, and which of them are on which node follows from their number',
  fix: "delete it; the props 'dataParallel', 'gpus' and 'nodes' say it",
};

/** Options that the server takes and that must not be there, with the reason. */
export const REFUSED: Flags = {
  '--api-key': {
    why: 'everyone who may list pods reads it there',
    fix: "use the prop 'apiKey': a key is generated, and the gateway passes it on",
  },
  '--hf-token': { why: 'everyone who may list pods reads it there', fix: "use the prop 'hubToken'" },
  '--kv-offloading-backend': {
    why: "with 'lmcache' the engine calls a server of LMCache in its own pod (tcp://localhost:5555), which nothing starts",
    fix: "use the prop 'lmcache', or 'kvOffloadGiB': the engine keeps the same in the memory of its host by itself",
  },
  '--enable-sleep-mode': {
    why: 'its doors open only in the development mode of the engine, and then to everyone who can reach it, without a key',
    fix: 'delete it; replicas that nobody needs are scaled down instead',
  },
  '--uds': CLEARTEXT,
  '--ssl-keyfile': CLEARTEXT,
  '--ssl-certfile': CLEARTEXT,
  '--grpc': CLEARTEXT,
  '--root-path': CLEARTEXT,
  '--headless': ONE_NODE,
  '--nnodes': ONE_NODE,
  '--node-rank': ONE_NODE,
  '--master-addr': ONE_NODE,
  '--data-parallel-address': BY_RANKS,
  '--data-parallel-backend': BY_RANKS,
  '--data-parallel-external-lb': BY_RANKS,
  '--data-parallel-hybrid-lb': BY_RANKS,
  '--data-parallel-multi-port-external-lb': BY_RANKS,
  '--data-parallel-rank': BY_RANKS,
  '--data-parallel-size-local': BY_RANKS,
  '--data-parallel-start-rank': BY_RANKS,
  '--data-parallel-supervisor-port': BY_RANKS,
};

/** How GPUs share the work; one process for each rank of a node takes requests and reads answers. */
export const spreadFlags = ({ tensor, ranks, experts }: Layout): readonly string[] => [
  `--tensor-parallel-size=${tensor}`,
  ...(ranks > 1 ? [`--data-parallel-size=${ranks}`] : []),
  ...(experts ? ['--enable-expert-parallel'] : []),
  ...(experts?.all2all ? [`--all2all-backend=${experts.all2all}`] : []),
  ...(experts?.redundantExperts === undefined
    ? []
    : [
        '--enable-eplb',
        `--eplb-config=${JSON.stringify({ num_redundant_experts: experts.redundantExperts })}`,
      ]),
];

/** Options that move memory by amounts which the arithmetic does not know. */
const UNCOUNTED: readonly string[] = [
  '--block-size',
  '--compilation-config',
  '--cudagraph-capture-sizes',
  '--disable-hybrid-kv-cache-manager',
  '--enable-dbo',
  '--hf-overrides',
  '--kv-cache-memory-bytes',
  '--kv-transfer-config',
  '--max-cudagraph-capture-size',
  '--num-gpu-blocks-override',
  '--performance-mode',
  '--pipeline-parallel-size',
];

/** Further options that change what fits, as `--flag=value` or `--flag value`. */
export function flagged(args: readonly string[]): Pick<ModelStart, 'dtype' | 'uncounted'> {
  const words = args.flatMap((arg) => arg.split(/[= ]/));
  const at = words.indexOf('--dtype');
  const uncounted = UNCOUNTED.filter((flag) => words.includes(flag));
  return {
    ...(at < 0 ? {} : { dtype: words[at + 1] }),
    ...(uncounted.length ? { uncounted } : {}),
  };
}
