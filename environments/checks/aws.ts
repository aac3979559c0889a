import { versionFault } from '../eks-calendar';
import type { Checking, Draft } from './draft';

/** Kinds that only AWS offers, and what takes their place in a cluster. */
const AWS_ONLY: Readonly<Record<string, string>> = { rds: 'cnpg', elasticache: 'valkey', s3: 'seaweedfs' };

/** The AWS section against itself, the tier and the data section. */
export function checkAws(draft: Draft, { fault, written }: Checking): void {
  const { aws, tier } = draft;
  if (written('budgetUsd') && !(written('aws') && tier !== 'local'))
    fault('budgetUsd', "nothing reads this in an environment without 'aws'; drop it");
  if (tier === 'local' && written('aws'))
    fault('aws', "nothing reads this with tier 'local'; drop it or choose another tier");
  if (tier === 'local' || !written('aws')) checkDataKinds(draft, fault);
  if (!aws) return;

  const { region, zones = [], network } = aws;
  for (const [index, zone] of zones.entries()) {
    if (region && zone.slice(0, -1) !== region)
      fault(`aws.zones[${index}]`, `'${zone}' is not a zone of ${region}`);
  }
  if (tier === 'prod' && zones.length === 2) {
    fault('aws.zones', "has 2 zones; tier 'prod' needs 3, since quorums of three spread over them");
  }
  const version = aws.kubernetes && versionFault(aws.kubernetes);
  if (version) fault('aws.kubernetes', version);
  if (network?.natGateways && zones.length > 0 && network.natGateways > zones.length) {
    fault(
      'aws.network.natGateways',
      `${network.natGateways} is more than one for each of ${zones.length} zones`,
    );
  }
  if (network) checkRanges(network, fault);
}

function checkDataKinds({ data, tier }: Draft, fault: Checking['fault']): void {
  const where = tier === 'local' ? "tier 'local'" : "an environment without 'aws'";
  for (const [store, value] of Object.entries(data ?? {})) {
    const kind = value?.kind;
    if (kind && Object.hasOwn(AWS_ONLY, kind)) {
      fault(
        `data.${store}.kind`,
        `'${kind}' needs AWS, which ${where} does not have; use '${AWS_ONLY[kind]}'`,
      );
    }
  }
}

function checkRanges(network: { cidr?: string; serviceCidr?: string }, fault: Checking['fault']): void {
  const vpc = rangeOf('aws.network.cidr', network.cidr, 16, 20, fault);
  const services = rangeOf('aws.network.serviceCidr', network.serviceCidr, 12, 24, fault);
  if (vpc && services && vpc.first <= services.last && services.first <= vpc.last) {
    fault(
      'aws.network',
      `'${network.serviceCidr}' and '${network.cidr}' overlap; Services need a range of their own`,
    );
  }
}

function rangeOf(
  path: string,
  cidr: string | undefined,
  widest: number,
  narrowest: number,
  fault: Checking['fault'],
) {
  if (!cidr) return undefined;
  const [address, bits] = cidr.split('/');
  const length = Number(bits);
  if (length < widest || length > narrowest) {
    return void fault(path, `'${cidr}' is not between /${widest} and /${narrowest}`);
  }
  const first = address.split('.').reduce((sum, octet) => sum * 256 + Number(octet), 0);
  const size = 2 ** (32 - length);
  if (first % size !== 0) {
    const start = first - (first % size);
    const octets = [24, 16, 8, 0].map((shift) => Math.floor(start / 2 ** shift) % 256).join('.');
    return void fault(
      path,
      `'${cidr}' does not start at its first address; did you mean '${octets}/${length}'?`,
    );
  }
  return { first, last: first + size - 1 };
}
