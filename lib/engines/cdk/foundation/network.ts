import { Tags } from 'aws-cdk-lib';
import {
  CfnEIP,
  CfnFlowLog,
  CfnInternetGateway,
  CfnNatGateway,
  CfnRoute,
  CfnRouteTable,
  CfnSubnet,
  CfnSubnetRouteTableAssociation,
  CfnVPC,
  CfnVPCEndpoint,
  CfnVPCGatewayAttachment,
} from 'aws-cdk-lib/aws-ec2';
import type { CfnRole } from 'aws-cdk-lib/aws-iam';
import type { CfnLogGroup } from 'aws-cdk-lib/aws-logs';
import { Construct } from 'constructs';
import { type FoundationPlan, References } from '../../../aws';
import { tagList } from './references';

type NetworkPlan = FoundationPlan['network'];

export interface Network {
  readonly vpcId: string;
  readonly subnets: References<string>;
  /** Complete when nodes have their way out. */
  readonly ways: readonly (CfnRoute | CfnSubnetRouteTableAssociation)[];
}

export function realizeNetwork(
  scope: Construct,
  plan: NetworkPlan,
  roles: References<CfnRole>,
  logGroups: References<CfnLogGroup>,
): Network {
  const vpc = new CfnVPC(scope, 'Vpc', {
    cidrBlock: plan.cidr,
    enableDnsSupport: plan.dnsSupport,
    enableDnsHostnames: plan.dnsHostnames,
    tags: tagList({ Name: plan.name }),
  });
  const internet = new CfnInternetGateway(scope, 'Internet', { tags: tagList({ Name: plan.name }) });
  const attached = new CfnVPCGatewayAttachment(scope, 'Attachment', {
    vpcId: vpc.ref,
    internetGatewayId: internet.ref,
  });

  const tables = new References<CfnRouteTable>('route table');
  for (const { name } of plan.routeTables) {
    tables.add(
      name,
      new CfnRouteTable(new Construct(scope, `table-${name}`), 'Table', {
        vpcId: vpc.ref,
        tags: tagList({ Name: name }),
      }),
    );
  }
  const subnets = new References<string>('subnet');
  const associations = plan.subnets.map((subnet) => realizeSubnet(scope, vpc, tables, subnets, subnet));

  const nats = new References<CfnNatGateway>('NAT gateway');
  for (const { name, subnet } of plan.natGateways) {
    const address = new CfnEIP(scope, `${name}-address`, { domain: 'vpc', tags: tagList({ Name: name }) });
    address.addResourceDependency(attached);
    const nat = new CfnNatGateway(scope, name, {
      subnetId: subnets.get(subnet),
      allocationId: address.attrAllocationId,
      tags: tagList({ Name: name }),
    });
    nats.add(name, nat);
  }
  const routes = plan.routeTables.flatMap(({ name, egress }) => {
    if (egress === 'none') return [];
    const route = new CfnRoute(scope, `route-${name}`, {
      routeTableId: tables.get(name).ref,
      destinationCidrBlock: '0.0.0.0/0',
      ...(egress === 'internet' ? { gatewayId: internet.ref } : { natGatewayId: nats.get(egress.nat).ref }),
    });
    if (egress === 'internet') route.addResourceDependency(attached);
    return [route];
  });
  for (const endpoint of plan.gatewayEndpoints) {
    const made = new CfnVPCEndpoint(scope, `endpoint-${endpoint.name}`, {
      vpcId: vpc.ref,
      vpcEndpointType: 'Gateway',
      serviceName: endpoint.service,
      routeTableIds: endpoint.routeTables.map((name) => tables.get(name).ref),
    });
    Tags.of(made).add('Name', endpoint.name);
  }
  new CfnFlowLog(scope, 'FlowLogs', {
    resourceId: vpc.ref,
    resourceType: 'VPC',
    trafficType: plan.flowLogs.traffic,
    maxAggregationInterval: plan.flowLogs.aggregationSeconds,
    logDestinationType: 'cloud-watch-logs',
    logDestination: logGroups.get(plan.flowLogs.logGroup).attrArn,
    deliverLogsPermissionArn: roles.get(plan.flowLogs.role).attrArn,
  });
  return { vpcId: vpc.ref, subnets, ways: [...routes, ...associations] };
}

function realizeSubnet(
  scope: Construct,
  vpc: CfnVPC,
  tables: References<CfnRouteTable>,
  subnets: References<string>,
  plan: NetworkPlan['subnets'][number],
): CfnSubnetRouteTableAssociation {
  const subnet = new CfnSubnet(scope, plan.name, {
    vpcId: vpc.ref,
    availabilityZone: plan.zone,
    cidrBlock: plan.cidr,
    mapPublicIpOnLaunch: plan.publicAddresses,
    tags: tagList({ ...plan.tags, Name: plan.name }),
  });
  subnets.add(plan.name, subnet.ref);
  return new CfnSubnetRouteTableAssociation(scope, `${plan.name}-routes`, {
    subnetId: subnet.ref,
    routeTableId: tables.get(plan.routeTable).ref,
  });
}
