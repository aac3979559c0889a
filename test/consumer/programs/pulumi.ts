// snippet: pulumi
import { getStack } from '@pulumi/pulumi';
import {
  clusterProvider,
  foundationProvider,
  realizeFoundation,
  realizePlatform,
} from 'nexus-eks/engines/pulumi';
import { builtOnAws, run } from 'nexus-eks/stacks';

run(() => {
  const { plan, rendered } = builtOnAws(getStack(), 'Pulumi');
  const { cluster, ready } = realizeFoundation(plan, { provider: foundationProvider(plan) });
  realizePlatform(rendered.layers, clusterProvider(cluster, plan.region), ready);
});
// end
