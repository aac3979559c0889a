import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { type App, Validations } from 'aws-cdk-lib';
import { AwsSolutionsChecks } from 'cdk-nag';
import type { Tier } from '../../../lib/core';
import { ACKNOWLEDGEMENTS, type Acknowledgement } from './nag-acknowledgements';

/** One thing that a checker says of one construct. */
export interface CdkFinding {
  readonly rule: string;
  /** What it names, in the brackets of its id; else empty. */
  readonly finding: string;
  /** Construct, its stack's name without the environment. */
  readonly at: string;
  readonly severity: string;
}

interface Report {
  readonly pluginReports: readonly {
    readonly pluginName: string;
    readonly violations: readonly {
      readonly ruleName: string;
      readonly severity: string;
      readonly violatingConstructs: readonly { readonly constructPath: string }[];
    }[];
  }[];
}

/** Checkers that must have run: a silent one finds nothing either. */
const CHECKERS = ['AwsSolutions', 'CloudFormation Validate'];

/** Synthesize with CloudFormation's rules as errors and with cdk-nag, and read what both found. */
export function findingsOf(app: App): CdkFinding[] {
  Validations.of(app).addPlugins(new AwsSolutionsChecks(app));
  // Findings of severity "error" make it throw; which ones, the report says.
  try {
    app.synth();
  } catch (error) {
    if (!String(error).startsWith('ValidationFailed')) throw error;
  }
  const report = JSON.parse(readFileSync(join(app.outdir, 'validation-report.json'), 'utf8')) as Report;
  const silent = CHECKERS.filter(
    (name) => !report.pluginReports.some(({ pluginName }) => pluginName === name),
  );
  if (silent.length > 0) throw new Error(`${silent.join(', ')} did not run`);
  return report.pluginReports.flatMap(({ violations }) =>
    violations.flatMap(({ ruleName, severity, violatingConstructs }) => {
      const [, rule, finding = ''] = /^([^[]+)(?:\[(.*)\])?$/s.exec(ruleName) ?? [];
      return violatingConstructs.map(({ constructPath }) => ({
        rule,
        finding,
        at: constructPath.replace(/^[^/]*-(foundation|platform)\//, '$1/'),
        severity,
      }));
    }),
  );
}

/** The row of the table that speaks of a finding in an environment of this tier. */
export const acknowledged = ({ rule, finding, at }: CdkFinding, tier: Tier): Acknowledgement | undefined =>
  ACKNOWLEDGEMENTS.find(
    (row) =>
      row.rule === rule &&
      row.at.test(at) &&
      (row.finding?.test(finding) ?? true) &&
      (row.tiers?.includes(tier) ?? true),
  );
