import { GPU_NAMES } from '../../environments';
import { changesYaml, type PoolPlan, planPools } from '../../stacks/pool-plan';
import type { Command } from './command';
import { planScreen } from './plan-screen';
import { counted, openFindings } from './tally';
import { outcomes } from './targets';

export const plan: Command = {
  help: `nexus plan <environment or file> [--json]

The cheapest GPU pools for the models as they are: card, GPUs of a node and limit of each pool, with models that are
bought alike packed on the same nodes. A model keeps its checkpoint, context, replicas and options, and the way its nodes
are bought. It may get another card or another number of GPUs (tensor parallel) where the fit is proven and at least as
many requests of full length are held at once; how fast it answers there is not known: measure before you move it.
Models on reserved or divided GPUs, and models that the catalog does not know, stay where they are; CPU pools too.

The sum of the cost at the least and at the highest scale is made least, and neither exceeds what the file has. What is
proposed was built and passes every proof. It is printed as YAML: replace these entries, or save it with 'extends'.

  --json   { environment, region, now, proposed, saving, pools, models, emptied, left, yaml }

Exit codes: 0 good, 1 the environment has findings, 2 the file or the call is wrong.

Example:
  nexus plan prod
  nexus plan prod --json | jq -r .yaml
`,
  run(call, io) {
    if (call.names.length !== 1) {
      io.err('nexus plan: name one environment or file\n');
      return 2;
    }
    const [outcome] = outcomes(call.names, io);
    if ('unreadable' in outcome) {
      io.err(`${outcome.unreadable}\n`);
      return 2;
    }
    const { built, name } = outcome;
    if (!built.environment.aws) {
      io.err(`nexus plan: ${name} runs outside AWS, so it has no pools\n`);
      return 2;
    }
    if (!built.ok) {
      const findings = counted(openFindings(built).length, 'finding');
      io.err(`nexus plan: ${name} has ${findings}; repair them first: nexus check ${name}\n`);
      return 1;
    }
    const found = planPools(built, GPU_NAMES);
    if (!found) throw new Error('an environment that passes its proofs on AWS has a bill');
    io.out(call.json ? `${JSON.stringify(report(found), null, 2)}\n` : planScreen(found, io.terminal));
    return 0;
  },
};

/** What `--json` prints: a stable shape. */
function report({ proposal, changes, ...plan }: PoolPlan): object {
  const { pools, models, emptied, left } = proposal;
  return { ...plan, pools, models, emptied, left, yaml: changesYaml(changes) };
}
