import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import ts from 'typescript';

/** A property of an interface, or a public one of a class, as its documentation says it. */
export interface Member {
  readonly name: string;
  readonly type: string;
  readonly optional: boolean;
  readonly says: string;
  /** What an absent one means. */
  readonly fallback?: string;
}

/** A class that other programs construct. */
export interface ConstructDeclaration {
  readonly name: string;
  readonly says: string;
  readonly props: readonly Member[];
  readonly offers: readonly Member[];
}

type Shape = ts.ClassDeclaration | ts.InterfaceDeclaration | ts.TypeAliasDeclaration;

/** What lib declares, read from its source alone: nothing is compiled. */
export class Declarations {
  private readonly byName = new Map<string, Shape>();
  private readonly exported = new Map<string, readonly string[]>();

  public constructor(private readonly lib: string) {
    for (const file of readdirSync(lib, { recursive: true, encoding: 'utf8' }).sort()) {
      if (!file.endsWith('.ts')) continue;
      for (const statement of this.parse(file).statements) {
        if (!isShape(statement) || !statement.name) continue;
        // Names are told apart by nobody who reads a page: the first of two wins, and no construct is declared twice.
        if (!this.byName.has(statement.name.text)) this.byName.set(statement.name.text, statement);
      }
    }
  }

  /** The constructs that a folder of lib offers, by name. */
  public constructsOf(folder: string): readonly ConstructDeclaration[] {
    const names = this.namesOf(`${folder}/index.ts`).filter((name) => this.isConstruct(name));
    return [...new Set(names)].sort().map((name) => this.construct(name));
  }

  private construct(name: string): ConstructDeclaration {
    const node = this.byName.get(name) as ts.ClassDeclaration;
    const made = this.constructorOf(node);
    const props = made?.parameters[2]?.type;
    return {
      name,
      says: wordsOf(node),
      props: props ? this.membersOf(props) : [],
      offers: this.offered(node),
    };
  }

  /** Names that an index file exports, those of the files behind `export *` included. */
  private namesOf(file: string): readonly string[] {
    const known = this.exported.get(file);
    if (known) return known;
    const names = this.parse(file).statements.flatMap((statement): readonly string[] => {
      if (ts.isClassDeclaration(statement))
        return isExported(statement) && statement.name ? [statement.name.text] : [];
      if (!ts.isExportDeclaration(statement) || statement.isTypeOnly) return [];
      const { exportClause, moduleSpecifier } = statement;
      if (exportClause && ts.isNamedExports(exportClause)) {
        return exportClause.elements.filter(({ isTypeOnly }) => !isTypeOnly).map(({ name }) => name.text);
      }
      return moduleSpecifier && ts.isStringLiteral(moduleSpecifier)
        ? this.namesOf(this.resolved(join(file, '..', moduleSpecifier.text)))
        : [];
    });
    this.exported.set(file, names);
    return names;
  }

  private resolved(path: string): string {
    const files = readdirSync(join(this.lib, path, '..'));
    return files.includes(`${path.split('/').pop()}.ts`) ? `${path}.ts` : `${path}/index.ts`;
  }

  private isConstruct(name: string): boolean {
    const node = this.byName.get(name);
    if (!node || !ts.isClassDeclaration(node)) return false;
    if (node.modifiers?.some(({ kind }) => kind === ts.SyntaxKind.AbstractKeyword)) return false;
    return this.ancestorsOf(node).some((ancestor) => ancestor === 'Construct' || ancestor === 'Chart');
  }

  private ancestorsOf(node: ts.ClassDeclaration): readonly string[] {
    const parent = node.heritageClauses?.find(({ token }) => token === ts.SyntaxKind.ExtendsKeyword)
      ?.types[0];
    if (!parent) return [];
    const name = parent.expression.getText();
    const next = this.byName.get(name);
    return [name, ...(next && ts.isClassDeclaration(next) ? this.ancestorsOf(next) : [])];
  }

  private constructorOf(node: ts.ClassDeclaration): ts.ConstructorDeclaration | undefined {
    const own = node.members.find(ts.isConstructorDeclaration);
    if (own) return own;
    const parent = this.byName.get(this.ancestorsOf(node)[0]);
    return parent && ts.isClassDeclaration(parent) ? this.constructorOf(parent) : undefined;
  }

  /** Members of a type, those that it takes over from others included. */
  private membersOf(type: ts.TypeNode, seen: readonly string[] = []): readonly Member[] {
    if (ts.isTypeLiteralNode(type)) return type.members.filter(ts.isPropertySignature).map(member);
    if (ts.isIntersectionTypeNode(type))
      return unique(type.types.flatMap((part) => this.membersOf(part, seen)));
    // Each of several forms has what it needs: no key is needed by all of them unless all name it so.
    if (ts.isUnionTypeNode(type)) return union(type.types.map((part) => this.membersOf(part, seen)));
    if (!ts.isTypeReferenceNode(type)) return [];
    return this.named(type.typeName.getText(), type.typeArguments ?? [], seen);
  }

  private named(name: string, args: readonly ts.TypeNode[], seen: readonly string[]): readonly Member[] {
    if (seen.includes(name)) return [];
    if (args.length && ['Partial', 'Pick', 'Omit', 'Required', 'Readonly'].includes(name)) {
      const inner = this.membersOf(args[0], seen);
      if (name === 'Partial') return inner.map((one) => ({ ...one, optional: true }));
      if (name === 'Required') return inner.map((one) => ({ ...one, optional: false }));
      if (name === 'Readonly') return inner;
      const keys = [...args[1].getText().matchAll(/'([^']+)'/g)].map(([, key]) => key);
      return inner.filter(({ name: key }) => keys.includes(key) === (name === 'Pick'));
    }
    const node = this.byName.get(name);
    if (!node) return [];
    const path = [...seen, name];
    if (ts.isTypeAliasDeclaration(node)) return this.membersOf(node.type, path);
    if (!ts.isInterfaceDeclaration(node)) return [];
    const own = node.members.filter(ts.isPropertySignature).map(member);
    const parents = (node.heritageClauses ?? []).flatMap(({ types }) =>
      types.flatMap((parent) => this.named(parent.expression.getText(), parent.typeArguments ?? [], path)),
    );
    return unique([...own, ...parents]);
  }

  /** What a construct has to give once it is made: public members that it or its contracts explain. */
  private offered(node: ts.ClassDeclaration): readonly Member[] {
    const contracts = this.contractsOf(node);
    const own = node.members.filter(isPublic).map((one) => {
      const { says, ...rest } = offeredMember(one);
      return { ...rest, says: says || (contracts.get(one.name.getText()) ?? '') };
    });
    const parent = this.byName.get(this.ancestorsOf(node)[0]);
    const inherited = parent && ts.isClassDeclaration(parent) ? this.offered(parent) : [];
    // 'Used by …' is said of what another part of the library calls.
    return unique([...own, ...inherited]).filter(({ says }) => says && !says.startsWith('Used by '));
  }

  /** What the contracts of a class say of its members. */
  private contractsOf(node: ts.ClassDeclaration): ReadonlyMap<string, string> {
    const clause = node.heritageClauses?.find(({ token }) => token === ts.SyntaxKind.ImplementsKeyword);
    const said = new Map<string, string>();
    for (const { expression } of clause?.types ?? []) {
      const contract = this.byName.get(expression.getText());
      if (!contract || !ts.isInterfaceDeclaration(contract)) continue;
      for (const one of contract.members) {
        if (one.name) said.set(one.name.getText(), wordsOf(one));
      }
    }
    return said;
  }

  private parse(file: string): ts.SourceFile {
    const text = readFileSync(join(this.lib, file), 'utf8');
    return ts.createSourceFile(file, text, ts.ScriptTarget.ES2022, true);
  }
}

type Offered = ts.PropertyDeclaration | ts.MethodDeclaration | ts.GetAccessorDeclaration;

function isPublic(node: ts.ClassElement): node is Offered {
  if (!ts.isPropertyDeclaration(node) && !ts.isMethodDeclaration(node) && !ts.isGetAccessorDeclaration(node))
    return false;
  return node.modifiers?.some(({ kind }) => kind === ts.SyntaxKind.PublicKeyword) ?? false;
}

function offeredMember(node: Offered): Member {
  const isStatic = node.modifiers?.some(({ kind }) => kind === ts.SyntaxKind.StaticKeyword);
  const call = ts.isMethodDeclaration(node)
    ? `(${node.parameters
        .map((parameter) => parameter.name.getText())
        .join(', ')
        .replace(/\s+/g, ' ')})`
    : '';
  return {
    name: `${isStatic ? 'static ' : ''}${node.name.getText()}${call}`,
    type: oneLine(node.type?.getText() ?? ''),
    optional: false,
    says: wordsOf(node),
  };
}

function member(node: ts.PropertySignature): Member {
  const fallback = ts.getJSDocTags(node).find(({ tagName }) => tagName.text === 'default');
  return {
    name: node.name.getText(),
    type: oneLine(node.type?.getText() ?? ''),
    optional: node.questionToken !== undefined,
    says: wordsOf(node),
    ...(fallback ? { fallback: oneLine(ts.getTextOfJSDocComment(fallback.comment) ?? '') } : {}),
  };
}

/** The words of a declaration's documentation, tags left out. */
function wordsOf(node: ts.Node): string {
  const [comment] = ts.getJSDocCommentsAndTags(node).filter(ts.isJSDoc);
  return oneLine(ts.getTextOfJSDocComment(comment?.comment) ?? '');
}

const oneLine = (text: string): string => text.replace(/\s+/g, ' ').trim();

function unique(members: readonly Member[]): readonly Member[] {
  const names = new Set<string>();
  return members.filter(({ name }) => !names.has(name) && names.add(name));
}

function union(forms: readonly (readonly Member[])[]): readonly Member[] {
  const all = unique(forms.flat());
  const needed = ({ name }: Member) =>
    forms.every((form) => form.some((one) => one.name === name && !one.optional));
  const types = ({ name }: Member) =>
    [
      ...new Set(
        forms
          .flat()
          .filter((one) => one.name === name)
          .map(({ type }) => type),
      ),
    ].join(' | ');
  return all.map((one) => ({ ...one, type: types(one), optional: !needed(one) }));
}

const isShape = (node: ts.Statement): node is Shape =>
  ts.isClassDeclaration(node) || ts.isInterfaceDeclaration(node) || ts.isTypeAliasDeclaration(node);

const isExported = (node: ts.ClassDeclaration): boolean =>
  node.modifiers?.some(({ kind }) => kind === ts.SyntaxKind.ExportKeyword) ?? false;
