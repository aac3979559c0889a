import { type Checking, type Draft, entriesOf } from './draft';

/** What an engine cannot do, whatever the model. */
export function checkEngines({ models, tier }: Draft, { fault }: Checking): void {
  for (const [name, model] of entriesOf(models)) {
    if (model.engine !== 'ollama') continue;
    const path = `models.${name}`;
    if (tier === 'prod') {
      fault(
        `${path}.engine`,
        "'ollama' is not for tier prod: each start pulls from the internet, a stop cuts off running answers, " +
          'and it has no metrics; use vllm or sglang',
      );
    }
    const { min, max } = model.replicas ?? {};
    if (min !== undefined && max !== undefined && max > min) {
      fault(
        `${path}.replicas`,
        `from ${min} to ${max} by load, and Ollama has no metrics that tell it; set both to one number`,
      );
    }
    if (model.observed && !model.pool) {
      fault(`${path}.observed`, "is not read without 'pool': on CPUs it takes no GPU");
    }
    if (model.slice && !model.pool) fault(`${path}.slice`, "is not read without 'pool'");
  }
}
