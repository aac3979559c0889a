import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { Construct } from 'constructs';
import { cut, images, stamped, Task } from '../core';
import type { ModelServer } from './model-server';
import type { PickedModel } from './routing';

export interface SmokeTestProps {
  /** Whom to ask. */
  readonly server: ModelServer;
  /**
   * The gateway that picks among its pods, as `route` returned it: for a server of two roles, where it is the way of all
   * requests.
   * @default - by its own Service
   */
  readonly by?: Pick<PickedModel, 'baseUrl' | 'pods' | 'port'>;
}

const FOLDER = '/opt/smoke';
/** Time for a node to start before the replica does. */
const NODE_SECONDS = 600;

let program: string | undefined;

/** The program that asks. Read when the first test is made. */
function smokeProgram(): string {
  program ??= readFileSync(join(__dirname, 'data', 'smoke.py'), 'utf8');
  return program;
}

/**
 * A Job that asks a model, and each of its adapters, for one token (or a vector, or a score) by its own Service and with
 * its key, and fails when there is none. Its name follows from the pods of the model: changed pods are asked again.
 * Give it a layer after the model's and before whoever sends requests: then it is the first to ask.
 */
export class SmokeTest extends Construct {
  constructor(scope: Construct, id: string, { server, by = server }: SmokeTestProps) {
    super(scope, id);
    const { task, revision, longestSeconds, startsWithinSeconds, adapters } = server;
    const waitSeconds = startsWithinSeconds + NODE_SECONDS;
    const models = [server.model, ...adapters.map(({ model }) => model)];
    const key = server.keyFor(this);
    const job = new Task(this, 'Job', {
      name: stamped(id, [revision, task, ...models, smokeProgram()].join('\n')),
      // Becomes a label.
      group: cut(id, 63),
      // The smallest pinned image that has Python.
      image: images.litellm,
      command: ['python3', `${FOLDER}/smoke.py`],
      args: [by.baseUrl, task, `${waitSeconds}`, `${longestSeconds}`, ...models],
      config: { [FOLDER]: { 'smoke.py': smokeProgram() } },
      ...(key ? { env: { API_KEY: key } } : {}),
      resources: { cpu: '100m', memory: '256Mi' },
      deadlineSeconds: waitSeconds + models.length * longestSeconds + 300,
      // It waits by itself: another try is for a node that was lost.
      retries: 2,
    });
    by.pods.allowFrom(job.pods, { port: by.port, why: 'smoke test' });
    server.smokeTested();
  }
}
