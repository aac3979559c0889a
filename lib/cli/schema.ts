import { toJsonSchema } from '../../environments';
import type { Command } from './command';

export const schema: Command = {
  help: `nexus schema

Prints the JSON schema (draft 7) of environment files, for completion and checks in editors.

Example:
  nexus schema > nexus.schema.json
  # then, as the first line of an environment file:
  # yaml-language-server: $schema=../nexus.schema.json
`,
  run(_call, io) {
    io.out(`${JSON.stringify(toJsonSchema(), null, 2)}\n`);
    return 0;
  },
};
