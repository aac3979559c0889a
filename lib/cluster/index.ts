export { CertManager } from './cert-manager';
export { ExternalSecretsOperator } from './external-secrets-operator';
export { GatewayApiCrds, InferenceCrds } from './gateway-crds';
export { Keda } from './keda';
export { ClusterKnown } from './known';
export { LoadBalancerController } from './load-balancer-controller';
export { PlatformNamespace, type PlatformNamespaceProps, type SecurityLevel } from './namespace';
export { SecretStores } from './secret-stores';
export { StorageClasses } from './storage-classes';
