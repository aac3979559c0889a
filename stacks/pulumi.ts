import { getStack } from '@pulumi/pulumi';
import {
  clusterProvider,
  foundationProvider,
  realizeFoundation,
  realizePlatform,
} from '../lib/engines/pulumi';
import { builtOnAws, run } from './program';

/** The stack's name is the environment. */
run(() => {
  const { environment, plan, rendered } = builtOnAws(getStack(), 'Pulumi');
  if (environment.aws?.endpoint === 'private') {
    process.stderr.write(`${environment.name}: the API server is private, so this must run inside its VPC\n`);
  }
  const foundation = realizeFoundation(plan, { provider: foundationProvider(plan) });
  realizePlatform(rendered.layers, clusterProvider(foundation.cluster, plan.region), foundation.ready);
});
