import { spawnSync } from 'node:child_process';
import { join } from 'node:path';
import { PythonVenv } from './python-venv';
import { redisProgram } from './redis-server';

/** Python with LiteLLM, and the programs beside it; the error of what is missing is one line. */
export async function prepareGateway(): Promise<string> {
  redisProgram();
  if (spawnSync('openssl', ['version']).status !== 0) throw new Error('openssl is not installed');
  return new PythonVenv(join(__dirname, 'litellm-requirements.txt')).python();
}
