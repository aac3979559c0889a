/** A kind of node that a pool may be made of. */
export interface NodeKind {
  readonly gpu: string;
  readonly perNode: number;
  /** Of its cheapest type, with its disks. */
  readonly usdPerMonth: number;
}

/** Where one model may run: a kind of node, and GPUs of one replica there. */
export interface Choice {
  /** Place in the list of kinds. */
  readonly kind: number;
  readonly gpus: number;
}

/** A model that is to be placed. */
export interface Wish {
  readonly min: number;
  readonly max: number;
  readonly choices: readonly Choice[];
}

/** USD a month at the least and at the highest scale. */
export interface PlanCost {
  readonly idle: number;
  readonly maximum: number;
}

/** What a plan must not exceed: so that nobody is offered less now for more later. */
export const NO_CEILING: PlanCost = { idle: Number.POSITIVE_INFINITY, maximum: Number.POSITIVE_INFINITY };

/** Below it is arithmetic, not money. */
const CENT = 0.01;
/** Models up to which pairs of them are moved together. */
const FEW = 24;
/** More than any plan costs: what is above the ceiling is worse than whatever is below. */
const ABOVE = 1e15;

/**
 * Nodes of one kind for so many GPUs. Replicas take 1, 2, 4 or 8 GPUs and nodes have as many, so that largest first
 * leaves no hole: whole nodes of the sum are enough.
 */
export const nodesOf = ({ perNode }: NodeKind, gpus: number): number => Math.ceil(gpus / perNode);

/** What a plan costs: one choice for each wish. */
export function costOfPlan(
  kinds: readonly NodeKind[],
  wishes: readonly Wish[],
  plan: readonly Choice[],
): PlanCost {
  const state = new State(kinds, wishes, plan);
  return { idle: state.idle, maximum: state.maximum };
}

/** Plans up to which all of them are looked at. */
const ALL = 30_000;

/**
 * A choice for each wish, at the least sum of both costs: exactly so where there are not too many plans to look at
 * all, else as descents find it. Never above the ceiling when what is given is not.
 */
export function cheapestPlan(
  kinds: readonly NodeKind[],
  wishes: readonly Wish[],
  given: readonly Choice[],
  ceiling: PlanCost = NO_CEILING,
): readonly Choice[] {
  const plans = wishes.reduce((product, { choices }) => product * choices.length, 1);
  const search = plans <= ALL ? exactPlan : descendedPlan;
  return search(kinds, wishes, given, ceiling);
}

/** The best of all plans; what is given where none is better. */
function exactPlan(
  kinds: readonly NodeKind[],
  wishes: readonly Wish[],
  given: readonly Choice[],
  ceiling: PlanCost,
): readonly Choice[] {
  const state = new State(kinds, wishes, given);
  let best = { plan: given, score: state.score(ceiling) };
  const look = (from: number): void => {
    if (from === wishes.length) {
      const score = state.score(ceiling);
      if (score < best.score - CENT) best = { plan: [...state.plan], score };
      return;
    }
    for (const choice of wishes[from].choices) {
      state.move(from, choice);
      look(from + 1);
    }
  };
  look(0);
  return best.plan;
}

/**
 * The best that descents from several starts find: from what is given, from each model's own cheapest, and from
 * everything on one kind.
 */
export function descendedPlan(
  kinds: readonly NodeKind[],
  wishes: readonly Wish[],
  given: readonly Choice[],
  ceiling: PlanCost = NO_CEILING,
): readonly Choice[] {
  const alone = wishes.map(({ choices }) =>
    least(choices, ({ kind, gpus }) => (kinds[kind].usdPerMonth * gpus) / kinds[kind].perNode),
  );
  const whole = wishes.map(({ choices, min, max }) =>
    least(choices, ({ kind, gpus }) =>
      [min, max].reduce(
        (sum, count) => sum + nodesOf(kinds[kind], count * gpus) * kinds[kind].usdPerMonth,
        0,
      ),
    ),
  );
  const gathered = kinds.map((_, kind) => wishes.map(({ choices }, i) => onKind(choices, kind) ?? whole[i]));
  const starts = [given, alone, whole, ...gathered];
  const ends = starts.map((start) => descend(new State(kinds, wishes, start), ceiling));
  return least(ends, (state) => state.score(ceiling)).plan;
}

function least<T>(items: readonly T[], of: (item: T) => number): T {
  return items.reduce((best, item) => (of(item) < of(best) ? item : best));
}

/** The choice with the fewest GPUs on a kind. */
const onKind = (choices: readonly Choice[], kind: number): Choice | undefined =>
  choices.filter((choice) => choice.kind === kind).sort((a, b) => a.gpus - b.gpus)[0];

/** A plan with its sums, so that a change costs no more than what it touches. */
class State {
  public readonly plan: Choice[];
  public idle = 0;
  public maximum = 0;
  private readonly least: number[];
  private readonly most: number[];

  constructor(
    public readonly kinds: readonly NodeKind[],
    public readonly wishes: readonly Wish[],
    start: readonly Choice[],
  ) {
    this.plan = [...start];
    this.least = kinds.map(() => 0);
    this.most = kinds.map(() => 0);
    start.forEach(({ kind, gpus }, i) => {
      this.add(kind, wishes[i].min * gpus, wishes[i].max * gpus);
    });
  }

  public score(ceiling: PlanCost): number {
    const over = Math.max(0, this.idle - ceiling.idle) + Math.max(0, this.maximum - ceiling.maximum);
    return over > CENT ? ABOVE + over : this.idle + this.maximum;
  }

  public move(wish: number, to: Choice): void {
    const from = this.plan[wish];
    const { min, max } = this.wishes[wish];
    this.add(from.kind, -min * from.gpus, -max * from.gpus);
    this.add(to.kind, min * to.gpus, max * to.gpus);
    this.plan[wish] = to;
  }

  private add(at: number, least: number, most: number): void {
    const kind = this.kinds[at];
    this.idle -= nodesOf(kind, this.least[at]) * kind.usdPerMonth;
    this.maximum -= nodesOf(kind, this.most[at]) * kind.usdPerMonth;
    this.least[at] += least;
    this.most[at] += most;
    this.idle += nodesOf(kind, this.least[at]) * kind.usdPerMonth;
    this.maximum += nodesOf(kind, this.most[at]) * kind.usdPerMonth;
  }
}

/** Change for the better until nothing does: one model, all models of one kind, or two models. */
function descend(state: State, ceiling: PlanCost): State {
  const { wishes, kinds, plan } = state;
  const better = (before: number) => state.score(ceiling) < before - CENT;
  const tried = (moves: readonly (readonly [number, Choice])[]): boolean => {
    const before = state.score(ceiling);
    const back = moves.map(([wish]) => [wish, plan[wish]] as const);
    for (const [wish, to] of moves) state.move(wish, to);
    if (better(before)) return true;
    for (const [wish, to] of back) state.move(wish, to);
    return false;
  };
  const one = () =>
    wishes.reduce(
      (moved, { choices }, i) => choices.some((to) => to !== plan[i] && tried([[i, to]])) || moved,
      false,
    );
  const all = () =>
    kinds.some((_, from) =>
      kinds.some((_kind, to) => {
        if (from === to) return false;
        const moves = wishes.flatMap(({ choices }, i) => {
          const found = plan[i].kind === from ? onKind(choices, to) : undefined;
          return found ? [[i, found] as const] : [];
        });
        return moves.length > 1 && tried(moves);
      }),
    );
  const two = () =>
    wishes.length <= FEW &&
    wishes.some((first, i) =>
      wishes.some(
        (second, j) =>
          j > i &&
          first.choices.some((a) =>
            second.choices.some((b) =>
              tried([
                [i, a],
                [j, b],
              ]),
            ),
          ),
      ),
    );
  while (one() || all() || two());
  return state;
}
