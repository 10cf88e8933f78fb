import { globSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import ts from 'typescript';
import { describe, expect, it } from 'vitest';
import { root } from '../support/process.ts';

/*
 * Values reach SQLite as bound parameters only. What is put into the text of a statement is fixed in the program: names
 * out of the tables' definitions, other pieces of SQL, placeholders and constants.
 */

const sql =
  /\b(SELECT|INSERT|UPDATE|DELETE|CREATE|DROP|ALTER|PRAGMA|ATTACH|WHERE|VALUES|ORDER BY|LIMIT|UNION|JOIN|ON CONFLICT)\b/;

/** Looked at by a person, and fixed although that cannot be told from the file alone. */
const lookedAt: Readonly<Record<string, readonly string[]>> = {
  // Names of columns and their rank, out of a table's definition.
  'src/journal/changes.ts': ['given', 'old', 'name', 'side'],
  'src/journal/ddl.ts': ['columns', "columns.join('_')", 'table', 'table.name'],
  // One of two names of PRAGMAs.
  'src/journal/open.ts': ['name'],
  // A placeholder or a column.
  'src/journal/queries.ts': ['race', "newestPoll('races.race_id')", "newestGoodPoll('races.race_id')"],
  // A sum or a count, written where the function is called.
  'src/journal/volume.ts': ['count'],
  // Pieces out of the same function.
  'src/sinks/files/select.ts': ['conditions'],
  // Names of tables and columns, out of the tables' definitions and the contract; the order of a list, out of this file.
  'src/server/queries-history.ts': ['table', 'columns', 'order', 'also', 'views.gaps.columns'],
  'src/server/queries-latest.ts': ['views.pools.columns', 'views.results.columns'],
  'src/server/queries-written.ts': ['table', 'columns'],
  // Columns and conditions, written where the function is called.
  'src/server/queries-movers.ts': [
    'when',
    'order',
    "priceAt('<= $since', 'DESC')",
    "priceAt('> $since', 'ASC')",
  ],
  'src/server/queries-races.ts': [
    ...['column', 'which', 'racesSql', "newestPoll('started_at')", "newestPoll('outcome')"],
    `newestPoll('started_at', "AND outcome <> 'failed'")`,
  ],
  'src/server/queries-runners.ts': ['column', 'prices', 'runnersSql'],
};

interface Piece {
  readonly file: string;
  readonly text: string;
}

/** What is put into statements of a source and is not fixed. */
function loosePieces(file: string, source: string): Piece[] {
  const tree = ts.createSourceFile(file, source, ts.ScriptTarget.Latest, true);
  const declared = declarations(tree);
  const known = lookedAt[file] ?? [];
  const pieces: Piece[] = [];

  const isFixedName = (name: string, isFixedValue: (node: ts.Expression) => boolean): boolean => {
    const values = declared.get(name) ?? [];
    return values.length > 0 && values.every(isFixedValue);
  };
  const isFixed = (node: ts.Expression, depth = 0): boolean => {
    const again = (other: ts.Expression): boolean => isFixed(other, depth + 1);
    if (depth > 12) return false;
    if (node === tableName || known.includes(node.getText())) return true;
    if (ts.isStringLiteralLike(node) || ts.isNumericLiteral(node)) return true;
    if (ts.isParenthesizedExpression(node) || ts.isAsExpression(node)) return again(node.expression);
    if (ts.isTemplateExpression(node)) return node.templateSpans.every(({ expression }) => again(expression));
    if (ts.isBinaryExpression(node)) return again(node.left) && again(node.right);
    if (ts.isConditionalExpression(node)) return again(node.whenTrue) && again(node.whenFalse);
    if (ts.isArrayLiteralExpression(node)) return node.elements.every(again);
    if (ts.isIdentifier(node)) return isFixedName(node.text, again);
    if (!ts.isCallExpression(node)) return false;
    const { expression: callee, arguments: given } = node;
    if (callee.getText() === 'quoted') return true;
    if (ts.isIdentifier(callee)) return isFixedName(callee.text, again);
    if (!ts.isPropertyAccessExpression(callee)) return false;
    if (callee.name.text === 'join') return again(callee.expression);
    if (callee.name.text === 'replace') return again(callee.expression) && given.every(again);
    const [each] = given;
    if (callee.name.text !== 'map' || each === undefined) return false;
    if (each.getText() === 'quoted') return true;
    return ts.isArrowFunction(each) && !ts.isBlock(each.body) && again(each.body);
  };

  const visit = (node: ts.Node): void => {
    if ((ts.isTemplateExpression(node) || isSum(node)) && sql.test(node.getText())) {
      const parts = ts.isTemplateExpression(node)
        ? node.templateSpans.map(({ expression }) => expression)
        : [node.left, node.right];
      const loose = parts.filter((part) => !isFixed(part));
      pieces.push(...loose.map((part) => ({ file, text: part.getText() })));
    }
    ts.forEachChild(node, visit);
  };
  visit(tree);
  return pieces;
}

function isSum(node: ts.Node): node is ts.BinaryExpression {
  return ts.isBinaryExpression(node) && node.operatorToken.kind === ts.SyntaxKind.PlusToken;
}

/** Stands for what the type allows: a name out of the tables' definitions. */
const tableName = ts.factory.createStringLiteral('');

/** What each name of a source stands for: a constant's value, or what a function returns. */
function declarations(tree: ts.SourceFile): Map<string, ts.Expression[]> {
  const found = new Map<string, ts.Expression[]>();
  const add = (name: string, value: ts.Expression): void => {
    found.set(name, [...(found.get(name) ?? []), value]);
  };
  const visit = (node: ts.Node): void => {
    if (ts.isParameter(node) && node.type?.getText() === 'TableName') add(node.name.getText(), tableName);
    if (ts.isVariableDeclaration(node) && ts.isIdentifier(node.name) && node.initializer) {
      const value = node.initializer;
      add(node.name.text, ts.isArrowFunction(value) && !ts.isBlock(value.body) ? value.body : value);
    }
    if (ts.isReturnStatement(node) && node.expression) {
      const owner = ts.findAncestor(node, ts.isFunctionDeclaration);
      if (owner?.name) add(owner.name.text, node.expression);
    }
    ts.forEachChild(node, visit);
  };
  visit(tree);
  return found;
}

describe('SQL', () => {
  it('is put together from what is fixed in the program, and every value is bound', () => {
    const files = globSync('src/**/*.ts', { cwd: root }).map((file) => file.replaceAll('\\', '/'));
    const loose = files.flatMap((file) => loosePieces(file, readFileSync(join(root, file), 'utf8')));
    // Bind the value with a "?"; what is no value belongs into `lookedAt`, after a look at it.
    expect(loose).toEqual([]);
  });

  it.each([
    "const rows = (id: string) => prepare(`SELECT * FROM races WHERE race_id = '${id}'`);",
    'db.exec("DELETE FROM races WHERE race_id = " + row.id);',
    'function q(name: string) { return `SELECT 1 FROM ${name} LIMIT 1`; }',
    'const where = `WHERE id IN (${ids.join()})`;',
  ])('with a value in its text would be noticed: %s', (source) => {
    expect(loosePieces('src/new.ts', source)).not.toEqual([]);
  });
});
