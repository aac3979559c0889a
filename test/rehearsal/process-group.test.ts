import { spawnSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { expect, test } from 'vitest';
import { ProcessGroup } from '../../lib/rehearsal/process-group';

const isAlive = (pid: number) => {
  try {
    return process.kill(pid, 0);
  } catch {
    return false;
  }
};

/** The id that a shell printed of itself. */
async function pidOf(group: ProcessGroup, name: string): Promise<number> {
  for (;;) {
    const pid = Number.parseInt(group.logOf(name), 10);
    if (pid) return pid;
    await sleep(10);
  }
}

test('stopping ends every program and removes every file', async () => {
  const group = new ProcessGroup();
  group.start('sleeper', '/bin/sh', ['-c', 'echo $$; exec sleep 60']);
  const pid = await pidOf(group, 'sleeper');
  expect(() => group.check()).not.toThrow();
  await group.stop();
  expect(isAlive(pid)).toBe(false);
  expect(existsSync(group.folder)).toBe(false);
});

test('a program that ends by itself is named, with its last words', async () => {
  const group = new ProcessGroup();
  group.start('etcd', '/bin/sh', ['-c', 'echo no space left; exit 3']);
  while (!said(() => group.check())) await sleep(10);
  expect(said(() => group.check())).toMatchInlineSnapshot(`
    "etcd ended (exit code 3):
      no space left"
  `);
  await group.stop();
});

test('a program that is dismissed is not missed, and says how it ended', async () => {
  const group = new ProcessGroup();
  group.start('polite', '/bin/sh', ['-c', 'trap "exit 7" TERM; echo $$; while :; do sleep 0.05; done']);
  group.start('sleeper', '/bin/sh', ['-c', 'echo $$; exec sleep 60']);
  await Promise.all([pidOf(group, 'polite'), pidOf(group, 'sleeper')]);
  expect(await group.dismiss('polite', 'SIGTERM')).toBe(7);
  expect(await group.dismiss('sleeper', 'SIGKILL')).toBe('SIGKILL');
  expect(() => group.check()).not.toThrow();
  await group.stop();
});

test('a program that cannot start is named too', async () => {
  const group = new ProcessGroup();
  group.start('etcd', '/nowhere/etcd', []);
  expect(said(() => group.check())).toMatch(/^etcd ended/);
  await group.stop();
});

test('nothing is left behind when we are killed outright', async () => {
  const script = `
    const { ProcessGroup } = require(${JSON.stringify(join(__dirname, '../../lib/rehearsal/process-group.ts'))});
    const group = new ProcessGroup();
    group.start('sleeper', '/bin/sh', ['-c', 'echo $$; exec sleep 60']);
    const wait = setInterval(() => {
      if (!group.logOf('sleeper')) return;
      process.stdout.write(group.logOf('sleeper'), () => process.kill(process.pid, 'SIGKILL'));
      clearInterval(wait);
    }, 10);`;
  const { stdout } = spawnSync(process.execPath, ['--require', 'tsx/cjs', '-e', script], {
    encoding: 'utf8',
  });
  const pid = Number.parseInt(stdout, 10);
  expect(pid).toBeGreaterThan(1);
  await expect.poll(() => isAlive(pid), { timeout: 4000 }).toBe(false);
});

function said(act: () => void): string {
  try {
    act();
    return '';
  } catch (error) {
    return (error as Error).message;
  }
}
