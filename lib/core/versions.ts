/** Every chart version and image tag, and nothing else: a bump is one line here and a golden diff. */

export const charts = {
  karpenterCrd: { chart: 'karpenter-crd', repository: 'oci://public.ecr.aws/karpenter', version: '1.14.1' },
  karpenter: { chart: 'karpenter', repository: 'oci://public.ecr.aws/karpenter', version: '1.14.1' },
  gpuOperator: {
    chart: 'gpu-operator',
    repository: 'https://helm.ngc.nvidia.com/nvidia',
    version: 'v26.7.0',
  },
  externalSecrets: {
    chart: 'external-secrets',
    repository: 'https://charts.external-secrets.io',
    version: '2.9.0',
  },
  certManager: { chart: 'cert-manager', repository: 'oci://quay.io/jetstack/charts', version: 'v1.21.1' },
  cloudnativePg: {
    chart: 'cloudnative-pg',
    repository: 'https://cloudnative-pg.github.io/charts',
    version: '0.29.0',
  },
  strimzi: { chart: 'strimzi-kafka-operator', repository: 'oci://quay.io/strimzi-helm', version: '1.2.0' },
  milvusOperator: {
    chart: 'milvus-operator',
    repository: 'https://zilliztech.github.io/milvus-operator',
    version: '1.3.8',
  },
  clickhouseOperator: {
    chart: 'altinity-clickhouse-operator',
    repository: 'https://helm.altinity.com',
    version: '0.25.6',
  },
  kubePrometheusStack: {
    chart: 'kube-prometheus-stack',
    repository: 'oci://ghcr.io/prometheus-community/charts',
    version: '88.5.3',
  },
  kueue: { chart: 'kueue', repository: 'oci://registry.k8s.io/kueue/charts', version: '0.19.2' },
  awsLoadBalancerController: {
    chart: 'aws-load-balancer-controller',
    repository: 'https://aws.github.io/eks-charts',
    version: '3.5.0',
  },
  agentgatewayCrds: {
    chart: 'agentgateway-crds',
    repository: 'oci://cr.agentgateway.dev/charts',
    version: 'v1.4.1',
  },
  agentgateway: {
    chart: 'agentgateway',
    repository: 'oci://cr.agentgateway.dev/charts',
    version: 'v1.4.1',
  },
  // Its chart of kinds is larger than a release may be: they are objects of ours.
  envoyGateway: { chart: 'gateway-helm', repository: 'oci://docker.io/envoyproxy', version: 'v1.9.0' },
  envoyAiGatewayCrds: {
    chart: 'ai-gateway-crds-helm',
    repository: 'oci://docker.io/envoyproxy',
    version: 'v1.1.0',
  },
  envoyAiGateway: { chart: 'ai-gateway-helm', repository: 'oci://docker.io/envoyproxy', version: 'v1.1.0' },
  istioBase: { chart: 'base', repository: 'oci://registry.istio.io/release/charts', version: '1.30.3' },
  istiod: { chart: 'istiod', repository: 'oci://registry.istio.io/release/charts', version: '1.30.3' },
  keda: { chart: 'keda', repository: 'https://kedacore.github.io/charts', version: '2.20.2' },
  efaDevicePlugin: {
    chart: 'aws-efa-k8s-device-plugin',
    repository: 'https://aws.github.io/eks-charts',
    version: 'v0.5.30',
  },
  kserveCrds: {
    chart: 'kserve-llmisvc-crd-minimal',
    repository: 'oci://ghcr.io/kserve/charts',
    version: 'v0.20.0',
  },
  kserve: {
    chart: 'kserve-llmisvc-resources',
    repository: 'oci://ghcr.io/kserve/charts',
    version: 'v0.20.0',
  },
  mountpointDriver: {
    chart: 'aws-mountpoint-s3-csi-driver',
    repository: 'https://awslabs.github.io/mountpoint-s3-csi-driver',
    version: '2.7.0',
  },
  argoRollouts: {
    chart: 'argo-rollouts',
    repository: 'https://argoproj.github.io/argo-helm',
    version: '2.41.0',
  },
  verticalPodAutoscaler: {
    chart: 'vertical-pod-autoscaler',
    repository: 'https://kubernetes.github.io/autoscaler',
    version: '0.11.0',
  },
  lws: { chart: 'lws', repository: 'oci://registry.k8s.io/lws/charts', version: '0.10.0' },
} as const;

export const images = {
  vllm: 'vllm/vllm-openai:v0.33.0',
  sglang: 'lmsysorg/sglang:v0.5.21',
  ollama: 'docker.io/ollama/ollama:0.32.15',
  triton: 'nvcr.io/nvidia/tritonserver:26.07-py3',
  tensorrtllm: 'nvcr.io/nvidia/tritonserver:26.07-trtllm-python-py3',
  pause: 'registry.k8s.io/pause:3.10.1',
  inferenceSim: 'ghcr.io/llm-d/llm-d-inference-sim:v0.10.2',
  endpointPicker: 'ghcr.io/llm-d/llm-d-router-endpoint-picker:v0.10.0',
  disaggSidecar: 'ghcr.io/llm-d/llm-d-router-disagg-sidecar:v0.10.0',
  agentgatewayController: 'cr.agentgateway.dev/controller:v1.4.1',
  agentgatewayProxy: 'cr.agentgateway.dev/agentgateway:v1.4.1',
  envoyGatewayController: 'docker.io/envoyproxy/gateway:v1.9.0',
  envoyProxy: 'docker.io/envoyproxy/envoy:distroless-v1.39.0',
  envoyAiGatewayController: 'docker.io/envoyproxy/ai-gateway-controller:v1.1.0',
  envoyAiGatewayProcessor: 'docker.io/envoyproxy/ai-gateway-extproc:v1.1.0',
  istiod: 'registry.istio.io/release/pilot:1.30.3-distroless',
  istioProxy: 'registry.istio.io/release/proxyv2:1.30.3-distroless',
  payloadProcessor: 'ghcr.io/llm-d/llm-d-inference-payload-processor:v0.1.0',
  argoRollouts: 'quay.io/argoproj/argo-rollouts:v1.9.0',
  rolloutsGatewayPlugin: 'ghcr.io/argoproj-labs/rollouts-plugin-trafficrouter-gatewayapi:v0.15.0',
  litellm: 'ghcr.io/berriai/litellm-database:v1.106.2',
  postgres: 'ghcr.io/cloudnative-pg/postgresql:18.4-standard-trixie',
  valkey: 'docker.io/valkey/valkey:9.1.1',
  redisExporter: 'docker.io/oliver006/redis_exporter:v1.80.1',
  milvus: 'milvusdb/milvus:v2.6.25',
  etcd: 'milvusdb/etcd:3.5.25-r1',
  kafka: 'quay.io/strimzi/kafka:1.2.0-kafka-4.3.1',
  strimziOperator: 'quay.io/strimzi/operator:1.2.0',
  curl: 'docker.io/curlimages/curl:8.16.0',
  seaweedfs: 'docker.io/chrislusf/seaweedfs:4.44',
  clickhouse: 'clickhouse/clickhouse-server:26.4',
  clickhouseKeeper: 'clickhouse/clickhouse-keeper:26.4',
  langfuseWeb: 'docker.langfuse.com/langfuse/langfuse:4.16.0',
  langfuseWorker: 'docker.langfuse.com/langfuse/langfuse-worker:4.16.0',
} as const;

/** Engines that AWS runs, and the protocol that our own Kafka speaks. */
export const engines = { rdsPostgres: '18.3', elastiCacheValkey: '8.2', kafka: '4.3.1' } as const;

/** TensorRT-LLM in `images.tensorrtllm`: it runs what was compiled by the same release. */
export const TRTLLM_RELEASE = '1.2.1';

/** Node images: pinned, since `@latest` replaces nodes on the day of a release. */
export const nodeImage = { al2023: 'al2023@v20260714', bottlerocket: 'bottlerocket@v1.65.0' } as const;

/** EKS add-ons, pinned: an unpinned one takes the default of the day of the deploy. */
export const addons = {
  'vpc-cni': 'v1.22.3-eksbuild.1',
  'kube-proxy': 'v1.36.0-eksbuild.13',
  coredns: 'v1.14.3-eksbuild.3',
  'eks-pod-identity-agent': 'v1.3.10-eksbuild.3',
  'aws-ebs-csi-driver': 'v1.63.1-eksbuild.1',
  'metrics-server': 'v0.8.1-eksbuild.10',
} as const;
