/** The project's own source as the tests of its architecture read it. */
import { readdirSync, readFileSync } from 'node:fs';
import { dirname, join, resolve } from 'node:path';
import ts from 'typescript';

interface Import {
  /** Path from the root for our own files (`src/http/errors.ts`), the package's name for others. */
  to: string;
  typeOnly: boolean;
  names: string[];
}

export interface File {
  path: string;
  source: ts.SourceFile;
  imports: Import[];
}

const root = resolve(import.meta.dirname, '..');

function importsOf(source: ts.SourceFile, file: string): Import[] {
  const found: Import[] = [];
  const add = (specifier: ts.Node | undefined, typeOnly: boolean, names: string[]) => {
    if (specifier === undefined || !ts.isStringLiteral(specifier)) return;
    const own = specifier.text.startsWith('.');
    const to = own ? join(dirname(file), specifier.text) : specifier.text;
    found.push({ to, typeOnly, names });
  };
  const visit = (node: ts.Node): void => {
    if (ts.isImportDeclaration(node)) {
      const clause = node.importClause;
      const named = clause?.namedBindings !== undefined && ts.isNamedImports(clause.namedBindings);
      const elements = named ? [...clause.namedBindings.elements] : [];
      const names = elements.map((element) => (element.propertyName ?? element.name).text);
      const onlyTypes = clause?.name === undefined && named && elements.every((element) => element.isTypeOnly);
      add(node.moduleSpecifier, clause?.phaseModifier === ts.SyntaxKind.TypeKeyword || onlyTypes, names);
    } else if (ts.isExportDeclaration(node)) add(node.moduleSpecifier, node.isTypeOnly, []);
    else if (ts.isCallExpression(node) && node.expression.kind === ts.SyntaxKind.ImportKeyword)
      add(node.arguments[0], false, []);
    ts.forEachChild(node, visit);
  };
  visit(source);
  return found;
}

/** The files of a folder of the project, each with what it imports. */
export function read(folder: string): File[] {
  return readdirSync(join(root, folder), { recursive: true, encoding: 'utf8' })
    .filter((name) => name.endsWith('.ts'))
    .toSorted()
    .map((name) => {
      const file = `${folder}/${name}`;
      const text = readFileSync(join(root, file), 'utf8');
      const source = ts.createSourceFile(file, text, ts.ScriptTarget.Latest, true);
      return { path: file, source, imports: importsOf(source, file) };
    });
}
