import type { LogGroup } from '@pulumi/aws/cloudwatch';
import {
  Eip,
  FlowLog,
  InternetGateway,
  NatGateway,
  Route,
  RouteTable,
  RouteTableAssociation,
  Subnet,
  Vpc,
  VpcEndpoint,
} from '@pulumi/aws/ec2';
import type { Input, Resource } from '@pulumi/pulumi';
import { type FoundationPlan, References } from '../../../aws';
import type { Granted, Options } from './references';

export interface Network {
  readonly vpcId: Input<string>;
  readonly subnets: References<Subnet>;
  /** Complete when nodes have their way out. */
  readonly ways: readonly Resource[];
}

export function realizeNetwork(
  plan: FoundationPlan['network'],
  roles: References<Granted>,
  logGroups: References<LogGroup>,
  options: Options,
): Network {
  const vpc = new Vpc(
    plan.name,
    {
      cidrBlock: plan.cidr,
      enableDnsSupport: plan.dnsSupport,
      enableDnsHostnames: plan.dnsHostnames,
      tags: { Name: plan.name },
    },
    options,
  );
  const internet = new InternetGateway(plan.name, { vpcId: vpc.id, tags: { Name: plan.name } }, options);
  const tables = new References<RouteTable>('route table');
  for (const { name } of plan.routeTables) {
    tables.add(name, new RouteTable(name, { vpcId: vpc.id, tags: { Name: name } }, options));
  }
  const subnets = new References<Subnet>('subnet');
  const associations = plan.subnets.map((subnet) => {
    const made = new Subnet(
      subnet.name,
      {
        vpcId: vpc.id,
        availabilityZone: subnet.zone,
        cidrBlock: subnet.cidr,
        mapPublicIpOnLaunch: subnet.publicAddresses,
        tags: { ...subnet.tags, Name: subnet.name },
      },
      options,
    );
    subnets.add(subnet.name, made);
    return new RouteTableAssociation(
      subnet.name,
      { subnetId: made.id, routeTableId: tables.get(subnet.routeTable).id },
      options,
    );
  });
  const nats = new References<NatGateway>('NAT gateway');
  for (const { name, subnet } of plan.natGateways) {
    const address = new Eip(
      name,
      { domain: 'vpc', tags: { Name: name } },
      { ...options, dependsOn: [internet] },
    );
    const nat = new NatGateway(
      name,
      { subnetId: subnets.get(subnet).id, allocationId: address.allocationId, tags: { Name: name } },
      options,
    );
    nats.add(name, nat);
  }
  const routes = plan.routeTables.flatMap(({ name, egress }) => {
    if (egress === 'none') return [];
    const target =
      egress === 'internet' ? { gatewayId: internet.id } : { natGatewayId: nats.get(egress.nat).id };
    return [
      new Route(
        name,
        { routeTableId: tables.get(name).id, destinationCidrBlock: '0.0.0.0/0', ...target },
        options,
      ),
    ];
  });
  for (const { name, service, routeTables } of plan.gatewayEndpoints) {
    new VpcEndpoint(
      name,
      {
        vpcId: vpc.id,
        vpcEndpointType: 'Gateway',
        serviceName: service,
        routeTableIds: routeTables.map((table) => tables.get(table).id),
        tags: { Name: name },
      },
      options,
    );
  }
  new FlowLog(
    plan.name,
    {
      vpcId: vpc.id,
      trafficType: plan.flowLogs.traffic,
      maxAggregationInterval: plan.flowLogs.aggregationSeconds,
      logDestinationType: 'cloud-watch-logs',
      logDestination: logGroups.get(plan.flowLogs.logGroup).arn,
      iamRoleArn: roles.get(plan.flowLogs.role).arn,
    },
    options,
  );
  return { vpcId: vpc.id, subnets, ways: [...routes, ...associations] };
}
