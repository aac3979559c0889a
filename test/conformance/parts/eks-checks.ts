/** A CloudFormation template, as far as it is read here. */
export interface CfnTemplate {
  readonly Resources: Readonly<Record<string, { readonly Type: string; readonly Properties?: unknown }>>;
}

interface ClusterProperties {
  readonly ResourcesVpcConfig?: {
    readonly EndpointPublicAccess?: boolean;
    readonly PublicAccessCidrs?: readonly string[];
  };
  readonly Logging?: {
    readonly ClusterLogging?: { readonly EnabledTypes?: readonly { readonly Type: string }[] };
  };
}

const LOGS = ['api', 'audit', 'authenticator', 'controllerManager', 'scheduler'];

/**
 * What cdk-nag's EKS1 and EKS2 ask, of the template: it asks classes of CDK, passes over a cluster of aws-eks-v2 without
 * a word, and cannot know which networks an environment lets in.
 */
export function eksFaults({ Resources }: CfnTemplate, declared: readonly string[]): string[] {
  const clusters = Object.entries(Resources).filter(([, { Type }]) => Type === 'AWS::EKS::Cluster');
  if (clusters.length === 0) return ['there is no cluster'];
  return clusters.flatMap(([id, { Properties }]) => {
    const { ResourcesVpcConfig: network, Logging } = Properties as ClusterProperties;
    // What is not said is public, to everybody.
    const open = network?.EndpointPublicAccess !== false ? (network?.PublicAccessCidrs ?? ['0.0.0.0/0']) : [];
    const undeclared = open.filter((cidr) => !declared.includes(cidr));
    const logged = Logging?.ClusterLogging?.EnabledTypes?.map(({ Type }) => Type) ?? [];
    const unlogged = LOGS.filter((type) => !logged.includes(type));
    return [
      ...undeclared.map(
        (cidr) => `${id}: the API server answers ${cidr}, which the environment does not name`,
      ),
      ...(unlogged.length > 0 ? [`${id}: the control plane does not log ${unlogged.join(', ')}`] : []),
    ];
  });
}
