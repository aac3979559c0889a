export { CertManager } from './cert-manager';
export { ExternalSecretsOperator } from './external-secrets-operator';
export { Keda } from './keda';
export { ClusterKnown } from './known';
export { Kueue, type KueueProps } from './kueue';
export { PlatformNamespace, type PlatformNamespaceProps, type SecurityLevel } from './namespace';
export { PriorityClasses } from './priority-classes';
export { SecretStores } from './secret-stores';
export { StorageClasses } from './storage-classes';
