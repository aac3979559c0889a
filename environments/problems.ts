import { isAbsolute, relative, sep } from 'node:path';

/** A file that was read, as the reader of a message knows it. */
export interface SourceFile {
  /** Path to print: relative to the working directory when inside it. */
  readonly name: string;
  readonly lines: { linePos(offset: number): { line: number; col: number } };
}

/** A spot in a file. Line and column are computed when somebody asks, since most places are never printed. */
export interface Place {
  readonly file: SourceFile;
  readonly offset: number;
}

/** Collects a fault; reading goes on, so that all faults are told at once. */
export type Report = (place: Place, path: string, message: string) => void;

/** One fault of an environment file. */
export interface Problem {
  /** `file:line:column` of the value. */
  readonly at: string;
  /** Path of the value, such as `models.chat.gpus`; empty for a fault of the whole file. */
  readonly path: string;
  readonly message: string;
}

/** A fault, while its place is still a place. */
export interface Found {
  readonly place: Place;
  readonly path: string;
  readonly message: string;
}

/** Everything that is wrong with an environment file and the files it extends. */
export class EnvironmentError extends Error {
  public readonly problems: readonly Problem[];

  /**
   * @param found what is wrong
   * @param read the files in the order in which to speak of them
   */
  constructor(found: readonly Found[], read: readonly SourceFile[]) {
    const faulty = new Set(found.map(({ place }) => place.file));
    const files = [...new Set([...read, ...faulty])].filter((file) => faulty.has(file));
    const sorted = [...found].sort(
      (a, b) => files.indexOf(a.place.file) - files.indexOf(b.place.file) || a.place.offset - b.place.offset,
    );
    const width = Math.max(...sorted.map(({ place }) => lineAndColumn(place).length));
    const lines = files.flatMap((file) => [
      file.name,
      ...sorted
        .filter(({ place }) => place.file === file)
        .map(({ place, path, message }) => {
          const subject = path ? `${path}: ` : '';
          return `  ${lineAndColumn(place).padEnd(width)}  ${subject}${message}`;
        }),
    ]);
    const count = sorted.length === 1 ? '1 problem' : `${sorted.length} problems`;
    super([...lines, `${count}; nothing was synthesized`].join('\n'));
    this.name = 'EnvironmentError';
    this.problems = sorted.map(({ place, path, message }) => ({ at: positionOf(place), path, message }));
  }
}

/** `file:line:column`. */
export function positionOf(place: Place): string {
  return `${place.file.name}:${lineAndColumn(place)}`;
}

/** The path as it is printed: relative to the working directory when inside it. */
export function printedPath(file: string): string {
  const near = relative(process.cwd(), file);
  const outside = near === '' || near === '..' || near.startsWith(`..${sep}`) || isAbsolute(near);
  return outside ? file : near;
}

function lineAndColumn({ file, offset }: Place): string {
  const { line, col } = file.lines.linePos(offset);
  return `${Math.max(line, 1)}:${Math.max(col, 1)}`;
}
