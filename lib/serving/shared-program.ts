import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { k8s } from 'cdk8s-plus-30';
import type { Construct } from 'constructs';
import { namespaceOf } from '../core';

const FOLDER = '/opt/nexus';
const FILE = 'node-weights.py';

let program: string | undefined;

/** How a container calls the program that minds weights on a node. */
export const nodeWeights = (...args: readonly string[]) => ['python3', `${FOLDER}/${FILE}`, ...args];

/** The program, in a ConfigMap of each namespace that has pods with it, called after its owner. */
export class SharedProgram {
  /** Namespaces that have it. */
  private readonly homes = new Set<string>();

  constructor(private readonly owner: Construct) {}

  /** The program, mounted where its command looks for it. */
  public filesFor(consumer: Construct): Readonly<Record<string, { readonly name: string }>> {
    const name = `${this.owner.node.id}-program`;
    const namespace = namespaceOf(consumer);
    if (!this.homes.has(namespace)) {
      this.homes.add(namespace);
      program ??= readFileSync(join(__dirname, 'data', FILE), 'utf8');
      new k8s.KubeConfigMap(this.owner, `Program-${namespace}`, {
        metadata: { name, namespace },
        data: { [FILE]: program },
      });
    }
    return { [FOLDER]: { name } };
  }
}
