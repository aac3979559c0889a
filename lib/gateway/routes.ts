import type { IModelEndpoint } from '../contracts';
import { didYouMean, type SecretRef } from '../core';

/** One deployment behind an alias. */
export interface Route {
  readonly alias: string;
  readonly to: IModelEndpoint;
  readonly weight?: number;
  /** Key that the endpoint asks for, where the gateway reads it. */
  readonly key?: SecretRef;
  /** Headers that its requests carry, whatever the client sends. */
  readonly headers?: Readonly<Record<string, string>>;
}

/** Where requests go: aliases with the endpoints behind them, and what stands in when all of those fail. */
export class Routes {
  private readonly routes: Route[] = [];
  private readonly standIns = new Map<string, readonly string[]>();
  private readonly shadows = new Map<string, string>();
  private readonly kept = new Set<string>();

  public add(route: Route): void {
    this.routes.push(route);
  }

  public fallback(alias: string, to: readonly string[]): void {
    this.standIns.set(alias, [...(this.standIns.get(alias) ?? []), ...to]);
  }

  public mirror(alias: string, to: string): void {
    this.shadows.set(alias, to);
  }

  public keepSessions(alias: string): void {
    this.kept.add(alias);
  }

  /** Aliases whose sessions stay with the endpoint that answered first. */
  public get sticky(): readonly string[] {
    return [...this.kept];
  }

  /** Route that gets a copy of each request for an alias; undefined where none does. */
  public shadowOf(alias: string): string | undefined {
    return this.shadows.get(alias);
  }

  public get all(): readonly Route[] {
    return this.routes;
  }

  public get fallbacks(): readonly (readonly [string, readonly string[]])[] {
    return [...this.standIns];
  }

  /** Names that clients may ask for. */
  public get aliases(): readonly string[] {
    return [...new Set(this.routes.map(({ alias }) => alias))];
  }

  /** Longest answer of any endpoint. */
  public get longestSeconds(): number {
    return Math.max(0, ...this.routes.map(({ to }) => to.longestSeconds));
  }

  /** What LiteLLM would accept in silence and then route wrongly. */
  public problems(): string[] {
    if (this.routes.length === 0) return ['has no routes. Call route(endpoint) at least once'];
    return [
      ...this.aliases.flatMap((alias) => this.groupProblems(alias)),
      ...this.fallbackProblems(),
      ...this.mirrorProblems(),
      ...this.stickyProblems(),
    ];
  }

  private groupProblems(alias: string): string[] {
    const group = this.routes.filter((route) => route.alias === alias);
    const bare = group.filter(({ weight }) => weight === undefined);
    const problems: string[] = [];
    if (bare.length > 0 && bare.length < group.length) {
      const names = bare.map(({ to }) => `'${to.model}'`).join(', ');
      problems.push(
        `route '${alias}' has a weight for some of its endpoints and none for ${names}, which would get no ` +
          'request. Give all of them a weight, or none',
      );
    }
    if (bare.length === 0 && group.every(({ weight }) => weight === 0)) {
      problems.push(`route '${alias}' has only weights of 0. Give at least one endpoint a share`);
    }
    const models = group.map(({ to }) => to.model);
    const twice = models.find((model, index) => models.indexOf(model) !== index);
    if (twice !== undefined) {
      problems.push(`route '${alias}' leads to '${twice}' twice. Route it once, with a weight`);
    }
    return problems;
  }

  private mirrorProblems(): string[] {
    const known = this.aliases;
    return [...this.shadows].flatMap(([alias, to]) => [
      ...[alias, to]
        .filter((name) => !known.includes(name))
        .map(
          (name) =>
            `mirror of '${alias}' names '${name}', which is no route here${didYouMean(name, known) || '.'} ` +
            `Routes are ${known.join(', ')}`,
        ),
      ...(alias === to ? [`mirror of '${alias}' names itself. Name another route`] : []),
    ]);
  }

  private stickyProblems(): string[] {
    const known = this.aliases;
    return this.sticky
      .filter((alias) => !known.includes(alias))
      .map(
        (alias) =>
          `sessions of '${alias}' are to stay where they began, and it is no route here${didYouMean(alias, known) || '.'} ` +
          `Routes are ${known.join(', ')}`,
      );
  }

  private fallbackProblems(): string[] {
    const known = this.aliases;
    return this.fallbacks.flatMap(([alias, to]) =>
      [alias, ...to]
        .filter((name) => !known.includes(name))
        .map(
          (name) =>
            `fallback of '${alias}' names '${name}', which is no route here${didYouMean(name, known) || '.'} ` +
            `Routes are ${known.join(', ')}`,
        )
        .concat(to.includes(alias) ? [`fallback of '${alias}' names itself. Name another route`] : []),
    );
  }
}
