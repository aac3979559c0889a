/** A fault of a config.json: the field, what is wrong with it, and what to write. */
export interface ConfigFault {
  readonly field: string;
  readonly what: string;
  readonly fix: string;
}

type Fields = Readonly<Record<string, unknown>>;

/** The fields of a config.json by type; those of `text_config` first, as that is the model that answers. */
export class HubFields {
  public readonly faults: ConfigFault[] = [];
  private readonly text: Fields;

  public constructor(private readonly root: Fields) {
    const nested = root.text_config ?? root.llm_config ?? root.language_config;
    this.text = isFields(nested) ? nested : {};
  }

  public has(...names: readonly string[]): boolean {
    return names.some((name) => this.raw(name) !== undefined);
  }

  /** The first of several names that is there: a whole number. */
  public count(...names: readonly string[]): number | undefined {
    return this.first(names, 'a whole number of 1 or more', (value) =>
      typeof value === 'number' && Number.isInteger(value) && value >= 0 ? value : undefined,
    );
  }

  /** The same, without which nothing can be counted. */
  public mustCount(example: number, ...names: readonly string[]): number {
    const value = this.count(...names);
    if (value !== undefined && value > 0) return value;
    if (!this.faults.some(({ field }) => names.includes(field))) {
      this.faults.push({
        field: names[0],
        what: value === undefined ? 'is missing' : `is ${value}`,
        fix: `copy it from the model's config.json, such as ${names[0]}: ${example}`,
      });
    }
    return 1;
  }

  public text_(name: string): string | undefined {
    return this.first([name], 'a text', (value) => (typeof value === 'string' ? value : undefined));
  }

  public flag(name: string): boolean {
    return this.raw(name) === true;
  }

  public numbers(name: string): readonly number[] {
    const value = this.raw(name);
    return Array.isArray(value) ? value.filter((one): one is number => typeof one === 'number') : [];
  }

  public words(name: string): readonly string[] {
    const value = this.raw(name);
    return Array.isArray(value) ? value.filter((one): one is string => typeof one === 'string') : [];
  }

  public fields(name: string): Fields | undefined {
    const value = this.raw(name);
    return isFields(value) ? value : undefined;
  }

  /** Of the file itself, whatever the language model inside says. */
  public rootWords(name: string): readonly string[] {
    const value = this.root[name] ?? this.text[name];
    return Array.isArray(value) ? value.filter((one): one is string => typeof one === 'string') : [];
  }

  /** Null means absent, as in the files of the hub. */
  private raw(name: string): unknown {
    return this.text[name] ?? this.root[name] ?? undefined;
  }

  private first<T>(
    names: readonly string[],
    wanted: string,
    read: (value: unknown) => T | undefined,
  ): T | undefined {
    for (const field of names) {
      const value = this.raw(field);
      if (value === undefined) continue;
      const found = read(value);
      if (found !== undefined) return found;
      this.faults.push({ field, what: `is ${JSON.stringify(value)}`, fix: `write ${wanted}` });
      return undefined;
    }
    return undefined;
  }
}

export const isFields = (value: unknown): value is Fields =>
  typeof value === 'object' && value !== null && !Array.isArray(value);
