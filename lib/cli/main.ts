#!/usr/bin/env node
import { parseArgs } from 'node:util';
import type { Command, ExitCode, Io } from './command';

interface Listed {
  readonly name: string;
  /** One line for the list of commands. */
  readonly about: string;
  /** Each brings what it needs: help is not to wait for all of it. */
  readonly load: () => Promise<Command>;
}

const COMMANDS: readonly Listed[] = [
  {
    name: 'synth',
    about: 'render, prove, and write out/<environment>/',
    load: async () => (await import('./synth.js')).synth,
  },
  {
    name: 'check',
    about: 'prove environments, write nothing',
    load: async () => (await import('./check.js')).check,
  },
  {
    name: 'fit',
    about: 'which GPUs hold a model, and its memory term by term',
    load: async () => (await import('./fit.js')).fitCommand,
  },
  {
    name: 'cost',
    about: 'what environments cost a month, line by line',
    load: async () => (await import('./cost.js')).cost,
  },
  {
    name: 'plan',
    about: 'the cheapest GPU pools for the models of an environment',
    load: async () => (await import('./plan.js')).plan,
  },
  {
    name: 'rehearse',
    about: 'run environments on a real control plane with simulated nodes',
    load: async () => (await import('./rehearse.js')).rehearse,
  },
  {
    name: 'schema',
    about: 'print the JSON schema of the environment file',
    load: async () => (await import('./schema.js')).schema,
  },
];

const USAGE = `nexus: an agentic-AI and LLM platform on EKS, proven before it is deployed

  nexus <command> [environment or file …] [--json]

${COMMANDS.map(({ name, about }) => `  ${name.padEnd(8)} ${about}`).join('\n')}

  nexus <command> --help    usage and an example
Exit codes: 0 good, 1 findings, 2 the file or the call is wrong.
`;

/** Run a call; never throws for bad input. */
export async function main(argv: readonly string[], io: Io): Promise<ExitCode> {
  const [name, ...rest] = argv;
  if (!name || name === '--help' || name === '-h' || name === 'help') {
    io.out(USAGE);
    return name ? 0 : 2;
  }
  const listed = COMMANDS.find((candidate) => candidate.name === name);
  if (!listed) {
    io.err(`nexus: no command '${name}'; there are ${COMMANDS.map((c) => c.name).join(', ')}\n`);
    return 2;
  }
  const command = await listed.load();
  try {
    const { values, positionals } = parseArgs({
      args: rest,
      allowPositionals: true,
      options: {
        json: { type: 'boolean', default: false },
        out: { type: 'string', default: 'out' },
        help: { type: 'boolean', short: 'h', default: false },
        ...command.options,
      },
    });
    const { json, out, help, ...options } = values;
    if (help) {
      io.out(command.help);
      return 0;
    }
    return await command.run({ names: positionals, json, outDir: out, options }, io);
  } catch (error) {
    if (!(error instanceof TypeError && 'code' in error && `${error.code}`.startsWith('ERR_PARSE_ARGS')))
      throw error;
    io.err(`nexus ${name}: ${error.message.split('. ')[0]}\n\n${command.help}`);
    return 2;
  }
}

if (require.main === module) {
  void main(process.argv.slice(2), {
    out: (text) => process.stdout.write(text),
    err: (text) => process.stderr.write(text),
    terminal: Boolean(process.stdout.isTTY) && !process.env.NO_COLOR,
    cwd: process.cwd(),
  }).then((code) => {
    process.exitCode = code;
  });
}
