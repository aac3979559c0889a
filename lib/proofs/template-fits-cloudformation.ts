import type { Proof, Refusal } from './proof';

const RESOURCES = 500;
const BYTES = 1_000_000;

/**
 * Each stack fits CloudFormation.
 *
 * Fails: a stack of 512 resources.
 */
export const templateFitsCloudformation: Proof = {
  name: 'template-fits-cloudformation',
  about: 'Each stack stays below 500 resources and 1,000,000 bytes.',
  check({ plan }) {
    if (!plan) return { findings: [], checked: 0, skipped: 'no AWS plan' };
    const findings: Refusal[] = [];
    for (const { stack, resources, bytes } of plan.templateBound) {
      const object = `Stack/${stack}`;
      const fix = 'render manifests through GitOps, or split the environment';
      if (resources > RESOURCES) {
        const what = `may have ${resources} resources, and a stack holds ${RESOURCES}`;
        findings.push({ object, what, why: 'CloudFormation refuses the change set', fix });
      }
      if (bytes > BYTES) {
        const what = `may have ${bytes} bytes, and a template holds ${BYTES}`;
        findings.push({ object, what, why: 'CloudFormation refuses the template', fix });
      }
    }
    return { findings, checked: plan.templateBound.length };
  },
};
