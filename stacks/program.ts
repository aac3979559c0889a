import { join } from 'node:path';
import {
  EnvironmentError,
  loadEnvironment,
  resolveEnvironmentFile,
  UnknownEnvironmentError,
} from '../environments';
import type { FoundationPlan } from '../lib/aws';
import { formatNamed } from '../lib/core';
import { type Built, build } from './build';

/** A built environment on AWS: what CDK and Pulumi deliver. */
export type BuiltOnAws = Built & { readonly plan: FoundationPlan };

/** Why a program cannot deliver; its message is for people and has no stack. */
export class Undeliverable extends Error {}

/** Load, render and prove the environment that a CDK or Pulumi program was asked for. */
export function builtOnAws(
  name: string,
  engine: string,
  folder = join(process.cwd(), 'environments'),
): BuiltOnAws {
  const built = build(read(name, folder));
  if (!built.ok) {
    const open = built.findings.filter((finding) => finding.severity === 'error' && !finding.waived);
    const faults = open.map((finding) => formatNamed(finding)).join('\n\n');
    throw new Undeliverable(`${faults}\n\n${name}: refused, nothing was synthesized`);
  }
  if (!built.plan) {
    throw new Undeliverable(
      `${name} has no AWS: ${engine} has nothing to build, its GitOps files are all there is`,
    );
  }
  return { ...built, plan: built.plan };
}

function read(name: string, folder: string) {
  try {
    return loadEnvironment(resolveEnvironmentFile(name, folder));
  } catch (error) {
    if (error instanceof EnvironmentError || error instanceof UnknownEnvironmentError) {
      throw new Undeliverable(error.message);
    }
    throw error;
  }
}

/** Run a program; say in words why it cannot go on. */
export function run(program: () => void): void {
  try {
    program();
  } catch (error) {
    if (!(error instanceof Undeliverable)) throw error;
    process.stderr.write(`${error.message}\n`);
    process.exitCode = 1;
  }
}
