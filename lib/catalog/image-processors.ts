import type { Arch } from './instances';

const BOTH: readonly Arch[] = ['amd64', 'arm64'];

/**
 * Processors that images are built for, by repository, as far as it was seen: in the workflow that builds them, in their
 * registry, or in their documentation, in November 2026. What is not here nobody has looked up.
 */
const BUILT_FOR: Readonly<Record<string, readonly Arch[]>> = {
  // Its manifest for arm64 has held programs for amd64 (litellm 29382).
  'ghcr.io/berriai/litellm-database': ['amd64'],
  'chrislusf/seaweedfs': BOTH,
  'cr.agentgateway.dev/agentgateway': BOTH,
  'cr.agentgateway.dev/controller': BOTH,
  'docker.langfuse.com/langfuse/langfuse': BOTH,
  'docker.langfuse.com/langfuse/langfuse-worker': BOTH,
  'ghcr.io/cloudnative-pg/postgresql': BOTH,
  'ghcr.io/llm-d/llm-d-inference-payload-processor': BOTH,
  'ghcr.io/llm-d/llm-d-inference-sim': BOTH,
  'ghcr.io/llm-d/llm-d-router-endpoint-picker': BOTH,
  'lmsysorg/sglang': BOTH,
  'milvusdb/milvus': BOTH,
  'ollama/ollama': BOTH,
  'quay.io/strimzi/kafka': BOTH,
  'quay.io/strimzi/operator': BOTH,
  'registry.istio.io/release/pilot': BOTH,
  'registry.istio.io/release/proxyv2': BOTH,
  'registry.k8s.io/pause': BOTH,
  'valkey/valkey': BOTH,
  'vllm/vllm-openai': BOTH,
};

/** An image without its tag or digest, and without the host that is meant where none is named. */
export function repositoryOf(image: string): string {
  const [named] = image.split('@');
  const cut = named.indexOf(':', named.lastIndexOf('/'));
  return (cut < 0 ? named : named.slice(0, cut)).replace(/^docker\.io\//, '');
}

/** Processors that an image is built for; undefined where it was not looked up. */
export function processorsOf(image: string): readonly Arch[] | undefined {
  const repository = repositoryOf(image);
  return Object.hasOwn(BUILT_FOR, repository) ? BUILT_FOR[repository] : undefined;
}
