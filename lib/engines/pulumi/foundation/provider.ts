import { Provider } from '@pulumi/aws';
import type { FoundationPlan } from '../../../aws';

/** The provider of an environment: its region, its account and no other, its tags on everything. */
export function foundationProvider(plan: FoundationPlan): Provider {
  return new Provider(plan.name, {
    region: plan.region,
    allowedAccountIds: [plan.account],
    defaultTags: { tags: { ...plan.tags } },
  });
}
