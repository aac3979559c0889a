/** What every command gets, and nothing of the process but this. */
export interface Io {
  readonly out: (text: string) => void;
  readonly err: (text: string) => void;
  /** A person is watching: colours and progress. */
  readonly terminal: boolean;
  readonly cwd: string;
}

/** 0 good, 1 findings, 2 the file or the call is wrong. */
export type ExitCode = 0 | 1 | 2;

export interface Call {
  readonly names: readonly string[];
  readonly json: boolean;
  readonly outDir: string;
  /** Options of the command itself, as typed. */
  readonly options: Readonly<Record<string, string | boolean | undefined>>;
}

export interface Command {
  /** Shown by `--help`: usage, options, an example. */
  readonly help: string;
  /** Options that only this command has. */
  readonly options?: Readonly<Record<string, { readonly type: 'string' | 'boolean' }>>;
  readonly run: (call: Call, io: Io) => ExitCode | Promise<ExitCode>;
}
