// snippet: cdk
import { App } from 'aws-cdk-lib';
import { builtOnAws, run, Undeliverable } from 'nexus-eks/stacks';
import { stacks } from 'nexus-eks/stacks/cdk';

run(() => {
  const app = new App();
  const name: unknown = app.node.tryGetContext('env');
  if (typeof name !== 'string') throw new Undeliverable('name an environment: cdk synth -c env=…');
  const { foundation } = stacks(app, builtOnAws(name, 'CDK'));
  foundation.tags.setTag('team', 'platform');
  app.synth();
});
// end
