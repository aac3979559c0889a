import { KubectlV36Layer } from '@aws-cdk/lambda-layer-kubectl-v36';
import { Annotations, CfnWaitConditionHandle, Duration, Fn, RemovalPolicy, type Stack } from 'aws-cdk-lib';
import { SecurityGroup, Subnet, Vpc } from 'aws-cdk-lib/aws-ec2';
import {
  CfnAccessEntry,
  Cluster,
  HelmChart,
  type ICluster,
  KubectlProvider,
  KubernetesManifest,
} from 'aws-cdk-lib/aws-eks-v2';
import { ManagedPolicy, Role, ServicePrincipal } from 'aws-cdk-lib/aws-iam';
import { StringListParameter, StringParameter } from 'aws-cdk-lib/aws-ssm';
import { Construct, type IDependable } from 'constructs';
import { deliveryUnits } from '../../aws/delivery-unit';
import type { ReleaseFact, RenderedLayer } from '../../core';

/** What the platform stack knows of the foundation: names alone, so that no export ties the two together. */
export interface PlatformProps {
  readonly clusterName: string;
  readonly zones: readonly string[];
  /** SSM parameters that the foundation writes. */
  readonly parameters: {
    readonly subnetIds: string;
    readonly clusterSecurityGroupId: string;
  };
  /** Group and policy that give kubectl its rights. */
  readonly adminPolicyArn: string;
}

/** All layers in one stack: a unit or a release is one resource, a layer's end is a barrier the next ones wait for. */
export function realizePlatform(stack: Stack, layers: readonly RenderedLayer[], props: PlatformProps): void {
  const { cluster, ready } = kubectl(stack, props);
  const barriers = new Map<string, CfnWaitConditionHandle>();
  for (const layer of layers) {
    const scope = new Construct(stack, layer.name);
    const needs = layer.needs.map((name) => barriers.get(name)).filter((barrier) => barrier !== undefined);
    const members = [
      ...deliveryUnits(layer).map(
        (unit) =>
          new KubernetesManifest(scope, unit.id, {
            cluster,
            // The construct writes into what it is handed.
            manifest: structuredClone(unit.objects.map((object) => object.json)),
            overwrite: true,
            // Its label would break equal bytes, and never removed a custom resource.
            prune: false,
            ...(unit.keep ? { removalPolicy: RemovalPolicy.RETAIN } : {}),
          }),
      ),
      ...layer.releases.map((release) => helmChart(scope, cluster, release)),
    ];
    for (const member of members) member.node.addDependency(...(needs.length ? needs : [ready]));
    // A resource that costs nothing and does nothing: "everything of this layer is applied".
    const barrier = new CfnWaitConditionHandle(scope, 'Complete');
    barrier.node.addDependency(...members);
    barriers.set(layer.name, barrier);
  }
}

function helmChart(scope: Construct, cluster: ICluster, release: ReleaseFact): HelmChart {
  const oci = release.repository.startsWith('oci://');
  return new HelmChart(scope, `Chart-${release.name}`, {
    cluster,
    release: release.name,
    namespace: release.namespace,
    createNamespace: false,
    ...(oci
      ? { chart: release.chart, repository: `${release.repository}/${release.chart}` }
      : { chart: release.chart, repository: release.repository }),
    version: release.version,
    values: structuredClone(release.values) as Record<string, unknown>,
    skipCrds: release.skipCrds,
    wait: true,
    // CDK's own ceiling.
    timeout: Duration.minutes(15),
  });
}

/**
 * kubectl in private subnets with a way out. Built here from names: a provider made with the cluster would run in the
 * cluster's own subnets, which have none, and would tie the stacks together by exports.
 */
function kubectl(stack: Stack, props: PlatformProps): { cluster: ICluster; ready: IDependable } {
  const scope = new Construct(stack, 'Kubectl');
  const subnetIds = StringListParameter.valueForTypedListParameter(scope, props.parameters.subnetIds);
  const groupId = StringParameter.valueForStringParameter(scope, props.parameters.clusterSecurityGroupId);
  const subnets = props.zones.map((availabilityZone, index) => {
    const subnetId = Fn.select(index, subnetIds);
    const subnet = Subnet.fromSubnetAttributes(scope, `Subnet-${availabilityZone}`, {
      subnetId,
      availabilityZone,
    });
    // Nothing here asks for its route table.
    Annotations.of(subnet).acknowledgeWarning('@aws-cdk/aws-ec2:noSubnetRouteTableId');
    return subnet;
  });
  // A function names subnets and groups; that there is a VPC is all it has to know.
  const vpc = Vpc.fromVpcAttributes(scope, 'Vpc', {
    vpcId: 'of-the-subnets',
    availabilityZones: [...props.zones],
  });
  const named = Cluster.fromClusterAttributes(scope, 'Named', { clusterName: props.clusterName, vpc });
  const role = new Role(scope, 'Role', {
    assumedBy: new ServicePrincipal('lambda.amazonaws.com'),
    managedPolicies: [ManagedPolicy.fromAwsManagedPolicyName('service-role/AWSLambdaBasicExecutionRole')],
  });
  const provider = new KubectlProvider(scope, 'Provider', {
    cluster: named,
    role,
    kubectlLayer: new KubectlV36Layer(scope, 'Layer'),
    privateSubnets: subnets,
    securityGroups: [SecurityGroup.fromSecurityGroupId(scope, 'Group', groupId)],
  });
  const entry = new CfnAccessEntry(scope, 'Access', {
    clusterName: props.clusterName,
    principalArn: role.roleArn,
    accessPolicies: [{ policyArn: props.adminPolicyArn, accessScope: { type: 'cluster' } }],
  });
  const cluster = Cluster.fromClusterAttributes(scope, 'Cluster', {
    clusterName: props.clusterName,
    vpc,
    kubectlProvider: provider,
  });
  return { cluster, ready: entry };
}
