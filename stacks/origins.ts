import type { IConstruct } from 'constructs';
import { PlatformError, setOrigin } from '../lib/core';

/** Leads what constructs say back to the entry of the environment file they were made from. */
export class Origins {
  private readonly errors: PlatformError[] = [];

  /** Make a construct from an entry. */
  public of<T extends IConstruct>(path: string, make: () => T): T {
    try {
      return setOrigin(make(), path);
    } catch (error) {
      throw error instanceof PlatformError ? error.from(path) : error;
    }
  }

  /** Make one of several alike: a fault in it does not hide the faults of the next. */
  public try<T extends IConstruct>(path: string, make: () => T): T | undefined {
    try {
      return this.of(path, make);
    } catch (error) {
      if (!(error instanceof PlatformError)) throw error;
      this.errors.push(error);
      return undefined;
    }
  }

  /** Call a verb for an entry. */
  public do(path: string, call: () => void): void {
    try {
      call();
    } catch (error) {
      throw error instanceof PlatformError ? error.from(path) : error;
    }
  }

  public throwIfAny(): void {
    if (this.errors.length) throw new PlatformErrors(this.errors);
  }
}

/** Several constructs that could not exist as asked. */
export class PlatformErrors extends Error {
  constructor(public readonly errors: readonly PlatformError[]) {
    super(errors.map((error) => error.message).join('\n\n'));
    this.name = 'PlatformErrors';
  }
}
