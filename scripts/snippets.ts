/** The lines of a file between `snippet: name` and its `end`, moved to the left edge; undefined where there are none. */
export function snippetOf(text: string, name: string): string | undefined {
  const lines = text.split('\n');
  const start = lines.findIndex((line) => namesIn(line).includes(name));
  if (start < 0) return undefined;
  const end = lines.findIndex((line, index) => index > start && isEnd(line));
  if (end < 0) throw new Error(`snippet '${name}' has no end`);
  return atTheEdge(lines.slice(start + 1, end));
}

/** The same of a YAML file, below the keys that it lies under. */
export function yamlSnippetOf(text: string, name: string): string | undefined {
  const lines = text.split('\n');
  const start = lines.findIndex((line) => namesIn(line).includes(name));
  if (start < 0) return undefined;
  const end = lines.findIndex((line, index) => index > start && isEnd(line));
  const own = lines.slice(start + 1, end);
  const above: string[] = [];
  let depth = indentOf(own[0]);
  for (const line of lines.slice(0, start).reverse()) {
    if (isMarker(line) || line.trim() === '' || indentOf(line) >= depth) continue;
    depth = indentOf(line);
    above.unshift(line);
  }
  return [...above, ...own].filter((line) => !isMarker(line)).join('\n');
}

/** A marker may name several: `snippet: Keda ModelAutoscaler`. */
const namesIn = (line: string): readonly string[] =>
  /^\s*(?:\/\/|#) snippet: (.+)$/.exec(line)?.[1].split(' ') ?? [];

const isEnd = (line: string): boolean => /^\s*(\/\/|#) end$/.test(line);

const isMarker = (line: string): boolean => isEnd(line) || namesIn(line).length > 0;

const indentOf = (line: string): number => line.search(/\S|$/);

function atTheEdge(lines: readonly string[]): string {
  const depth = Math.min(...lines.filter((line) => line.trim()).map(indentOf));
  return lines.map((line) => line.slice(depth)).join('\n');
}
