import { App, Stack } from 'aws-cdk-lib';
import { realizeFoundation, realizePlatform } from '../lib/engines/cdk';
import { type BuiltOnAws, builtOnAws, run, Undeliverable } from './program';

/** Two stacks, so that a failing chart never rolls back a database; bound by names alone. */
export function stacks(
  app: App,
  { environment, plan, rendered }: BuiltOnAws,
): { foundation: Stack; platform: Stack } {
  const env = { account: plan.account, region: plan.region };
  const tags = { ...plan.tags };
  const foundation = new Stack(app, `${plan.name}-foundation`, {
    env,
    tags,
    description: `Foundation of ${environment.name}`,
  });
  realizeFoundation(foundation, plan);
  const platform = new Stack(app, `${plan.name}-platform`, {
    env,
    tags,
    description: `Platform of ${environment.name}`,
  });
  realizePlatform(platform, rendered.layers, {
    clusterName: plan.name,
    zones: environment.aws?.zones ?? [],
    parameters: plan.parameters,
    adminPolicyArn: plan.adminPolicyArn,
  });
  platform.addStackDependency(foundation);
  return { foundation, platform };
}

if (require.main === module) {
  run(() => {
    const app = new App();
    const name = app.node.tryGetContext('env') as string | undefined;
    if (!name) throw new Undeliverable('name an environment: cdk synth -c env=prod (one of environments/)');
    stacks(app, builtOnAws(name, 'CDK'));
    app.synth();
  });
}
