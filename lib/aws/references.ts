/** What a plan refers to by name, found again by a realizer. */
export class References<T> {
  private readonly known = new Map<string, T>();

  constructor(private readonly what: string) {}

  public add(name: string, resource: T): T {
    this.known.set(name, resource);
    return resource;
  }

  public get(name: string): T {
    const found = this.known.get(name);
    if (!found) throw new Error(`the plan refers to ${this.what} '${name}', which it does not hold`);
    return found;
  }

  public all(): T[] {
    return [...this.known.values()];
  }
}
