import { rmSync } from 'node:fs';
import { afterAll, describe, expect, test } from 'vitest';
import { Folder } from './called';

const here = new Folder();
afterAll(() => rmSync(here.path, { recursive: true, force: true }));

test('help lists the commands; without a command it is an error to look at', async () => {
  const help = await here.call('--help');
  expect(help).toMatchObject({ code: 0, err: '' });
  expect(help.out).toMatchInlineSnapshot(`
    "nexus: an agentic-AI and LLM platform on EKS, proven before it is deployed

      nexus <command> [environment or file …] [--json]

      synth    render, prove, and write out/<environment>/
      check    prove environments, write nothing
      fit      which GPUs hold a model, and its memory term by term
      cost     what environments cost a month, line by line
      plan     the cheapest GPU pools for the models of an environment
      rehearse run environments on a real control plane with simulated nodes
      schema   print the JSON schema of the environment file

      nexus <command> --help    usage and an example
    Exit codes: 0 good, 1 findings, 2 the file or the call is wrong.
    "
  `);
  expect(await here.call('')).toEqual({ ...help, code: 2 });
  expect(await here.call('help')).toEqual(help);
  expect(await here.call('-h')).toEqual(help);
});

test.each(['synth', 'check', 'rehearse', 'schema'])('%s --help has an example', async (name) => {
  const { code, out, err } = await here.call(`${name} --help`);
  expect({ code, err }).toEqual({ code: 0, err: '' });
  expect(out).toMatch(new RegExp(`^nexus ${name}`));
  expect(out).toContain(`Example:\n  nexus ${name}`);
});

describe('a wrong call', () => {
  test('an unknown command', async () => {
    expect(await here.call('chek prod')).toMatchInlineSnapshot(`
      {
        "code": 2,
        "err": "nexus: no command 'chek'; there are synth, check, fit, cost, plan, rehearse, schema
      ",
        "out": "",
      }
    `);
  });

  test('an unknown option', async () => {
    const { code, out, err } = await here.call('check --jsn');
    expect({ code, out }).toEqual({ code: 2, out: '' });
    expect(err.split('\n')[0]).toMatchInlineSnapshot(`"nexus check: Unknown option '--jsn'"`);
    expect(err).toContain('nexus check [environment or file …] [--json]');
  });

  test('an unknown environment, with the nearest', async () => {
    expect(await here.call('check frist')).toMatchInlineSnapshot(`
      {
        "code": 2,
        "err": "no environment 'frist'; did you mean 'first'?
      ",
        "out": "",
      }
    `);
  });

  test('an unknown environment, near to none', async () => {
    expect(await here.call('synth production')).toMatchInlineSnapshot(`
      {
        "code": 2,
        "err": "no environment 'production'; known: first
      ",
        "out": "",
      }
    `);
  });

  test('a file that is not there', async () => {
    expect(await here.call('check ./nowhere/prod.yaml')).toMatchObject({ code: 2, out: '' });
  });

  test('rehearse wants a name', async () => {
    const { code, err } = await here.call('rehearse');
    expect({ code, said: err.split('\n')[0] }).toMatchInlineSnapshot(`
      {
        "code": 2,
        "said": "nexus rehearse: name an environment",
      }
    `);
  });
});

test('schema prints a JSON schema that knows the keys of the file', async () => {
  const { code, out } = await here.call('schema');
  expect(code).toBe(0);
  const schema = JSON.parse(out);
  expect(schema.$schema).toBe('http://json-schema.org/draft-07/schema#');
  expect(Object.keys(schema.properties)).toEqual(expect.arrayContaining(['pools', 'models', 'waivers']));
});
