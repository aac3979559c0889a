/** A name that becomes part of Kubernetes and DNS names. */
export const label = {
  pattern: /^[a-z]([-a-z0-9]*[a-z0-9])?$/,
  format: 'a DNS label: small letters, digits and dashes, first a letter',
  maxLength: 63,
};

/** The same, as RDS and ElastiCache allow it: with single dashes. */
export const awsLabel = {
  ...label,
  pattern: /^[a-z]([a-z0-9]|-(?=[a-z0-9]))*$/,
  format: 'a DNS label with single dashes: small letters, digits and dashes, first a letter',
};

/** A host name. */
export const hostName = {
  pattern: /^([a-z0-9]([-a-z0-9]*[a-z0-9])?\.)+[a-z]([-a-z0-9]*[a-z0-9])?$/,
  format: 'a host name such as llm.example.com',
  maxLength: 253,
};

/** A range of IPv4 addresses; `checks/aws.ts` looks at the numbers. */
export const cidr = {
  pattern: /^((25[0-5]|2[0-4]\d|1?\d?\d)\.){3}(25[0-5]|2[0-4]\d|1?\d?\d)\/(3[0-2]|[12]?\d)$/,
  format: 'a range of IPv4 addresses such as 10.0.0.0/16',
};

/** An availability zone; whether the environment has it is a check. */
export const zone = {
  pattern: /^[a-z]{2}(-[a-z]+)+-\d[a-z]$/,
  format: 'an availability zone such as us-east-1a',
};

/** An EC2 instance type; whether it exists is for the catalog to say. */
export const instanceType = {
  pattern: /^[a-z][-a-z0-9]*\.[a-z0-9-]+$/,
  format: 'an instance type such as g6.xlarge',
};

/** Where a secret lies behind `nexus/<env>/`. */
export const secretPath = {
  pattern: /^[a-z0-9]([-a-z0-9]*[a-z0-9])?(\/[a-z0-9]([-a-z0-9]*[a-z0-9])?)+$/,
  format: 'a path such as providers/anthropic (the file names secrets and never holds one)',
  unquoted: true,
};
