import type { Place } from './problems';
import { type MapNode, type Node, under } from './source';

/** Where every value of an environment was written, by its path. Built when somebody asks. */
export class Places {
  private index: Map<string, Place> | undefined;

  constructor(private readonly root: MapNode) {}

  /** The place of a value. */
  public exact(path: string): Place | undefined {
    if (!this.index) {
      this.index = new Map();
      fill(this.index, '', this.root);
    }
    return this.index.get(path);
  }

  /** The place of a value, or of the nearest value around it. */
  public near(path: string): Place {
    for (let at = path; at !== ''; at = parentOf(at)) {
      const place = this.exact(at);
      if (place) return place;
    }
    return this.root.place;
  }
}

function parentOf(path: string): string {
  return path.slice(0, Math.max(path.lastIndexOf('.'), path.lastIndexOf('['), 0));
}

function fill(index: Map<string, Place>, path: string, node: Node): void {
  if (path !== '') index.set(path, node.place);
  if (node.type === 'map') {
    for (const [key, entry] of node.entries) fill(index, under(path, key), entry.node);
  } else if (node.type === 'list') {
    for (const [i, item] of node.items.entries()) fill(index, `${path}[${i}]`, item);
  }
}
