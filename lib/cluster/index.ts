export { CertManager } from './cert-manager';
export { ExternalSecretsOperator } from './external-secrets-operator';
export { Keda } from './keda';
export { ClusterKnown } from './known';
export { LeaderWorkerSets } from './leader-worker-sets';
export { PlatformNamespace, type PlatformNamespaceProps, type SecurityLevel } from './namespace';
export { GUARDS_LABEL, PlatformGuards, type PlatformGuardsProps } from './platform-guards';
export { SecretStores } from './secret-stores';
export { StorageClasses } from './storage-classes';
