import type { Tier } from '../../../lib/core';

/** One thing that a checker finds and we keep, where it may be found, and why. */
export interface Acknowledgement {
  readonly rule: string;
  /** What the finding names, in the brackets of its id. */
  readonly finding?: RegExp;
  /** Construct, from its stack on: `foundation/Roles/cluster`. */
  readonly at: RegExp;
  /**
   * Tiers of environments that it holds for.
   * @default - all
   */
  readonly tiers?: readonly Tier[];
  readonly reason: string;
}

/** All of AwsSolutions and of CloudFormation's own rules. A row that nothing needs any more fails the suite. */
export const ACKNOWLEDGEMENTS: readonly Acknowledgement[] = [
  {
    rule: 'AwsSolutions-IAM4',
    finding: /^Policy::arn:aws:iam::aws:policy\//,
    at: /^foundation\/Roles\/(cluster|system-nodes|karpenter-node|vpc-cni|ebs-csi)$/,
    reason: 'EKS, its nodes and its add-ons need policies that AWS keeps up to date with them',
  },
  {
    rule: 'AwsSolutions-IAM4',
    at: /^platform\/Kubectl\/(Role|Provider\/Provider\/framework-onEvent\/ServiceRole)\/Resource$/,
    reason: "CDK's own function writes logs, reaches its subnets and reads its image as AWS prescribes",
  },
  {
    rule: 'AwsSolutions-IAM5',
    finding: /^Resource::arn:aws:logs:.+:log-group:\/.+:\*$/,
    at: /^foundation\/Roles\/flow-logs$/,
    reason: 'streams of one log group',
  },
  {
    rule: 'AwsSolutions-IAM5',
    finding: /^Resource::arn:aws:secretsmanager:.+:secret:.+\/\*$/,
    at: /^foundation\/Roles\/external-secrets-external-secrets$/,
    reason: 'secrets of one environment: the store brings them into the cluster as they are written',
  },
  {
    rule: 'AwsSolutions-IAM5',
    finding: /^Resource::arn:aws:kms:.+:key\/\*$/,
    at: /^foundation\/Roles\/external-secrets-external-secrets$/,
    reason: 'decrypts only through Secrets Manager, and only secrets of one environment: conditions say so',
  },
  {
    rule: 'AwsSolutions-IAM5',
    finding: /^Resource::arn:aws:s3:::[^*]+\/\*$/,
    at: /^foundation\/(Roles|Issuer)\//,
    reason: 'objects of one bucket',
  },
  {
    rule: 'AwsSolutions-IAM5',
    finding: /^Resource::(\*|arn:aws:(ec2|iam|ssm):.+\/\*)$/,
    at: /^foundation\/Roles\/kube-system-karpenter$/,
    reason: "Karpenter's published policy: machines have no names yet; conditions bind tags and region",
  },
  {
    rule: 'AwsSolutions-IAM5',
    finding: /^Resource::(\*|arn:aws:(ec2|elasticloadbalancing):.+\*)$/,
    at: /^foundation\/Roles\/load-balancer-aws-load-balancer-controller$/,
    reason:
      "the controller's published policy, cut to network balancers: AWS names them; conditions bind the cluster's tag",
  },
  {
    rule: 'AwsSolutions-IAM5',
    finding: /^Resource::<KubectlProviderHandler\w+\.Arn>:\*$/,
    at: /^platform\/Kubectl\/Provider\/Provider\/framework-onEvent\/ServiceRole\/DefaultPolicy\/Resource$/,
    reason: "versions of one function, which CDK's framework calls",
  },
  {
    rule: 'AwsSolutions-L1',
    at: /^platform\/Kubectl\/Provider\/Handler\/Resource$/,
    reason: "CDK chooses the runtime that its kubectl layer was built for; it moves with CDK's version",
  },
  {
    rule: 'AwsSolutions-EKS1',
    at: /^foundation\/Kubernetes\/Cluster$/,
    reason: 'only where the environment file names the networks that may come in: our own check compares',
  },
  {
    rule: 'AwsSolutions-RDS10',
    at: /^foundation\/Databases\//,
    tiers: ['dev', 'stg'],
    reason: 'environments whose policy does not keep data are made and unmade',
  },
  {
    rule: 'AwsSolutions-RDS11',
    at: /^foundation\/Databases\//,
    reason: 'network policies and clients say 5432; the port hides nothing in a closed subnet',
  },
  {
    rule: 'AwsSolutions-S1',
    at: /^foundation\/Buckets\//,
    reason: 'a line for every part of a weight file read; data events of CloudTrail say who reads',
  },
  {
    rule: 'AwsSolutions-SMG4',
    at: /^foundation\/(Supplied|Databases|Caches)\//,
    reason: 'rotation is a procedure: consumers hold connections, supplied keys are made elsewhere',
  },
  {
    rule: 'AwsSolutions-SQS3',
    at: /^foundation\/Queues\//,
    reason: 'a notice that nobody read in five minutes is about a node that is gone',
  },
  {
    rule: 'W3010',
    at: /^foundation\/Network\//,
    reason: 'the environment file chooses zones: reserved capacity and volumes are in one and no other',
  },
  {
    rule: 'W9009',
    at: /^foundation\/Kubernetes\/Cluster$/,
    reason: 'the API of EKS still asks for the kinds to encrypt, and names no successor of that property',
  },
];
