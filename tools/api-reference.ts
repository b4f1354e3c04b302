/** Writes docs/api/: a page for each of the package's entry points, from the declarations that `tsc` makes. */
import { existsSync, mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { dirname, resolve } from 'node:path';

const ROOT = resolve(import.meta.dirname, '../..');

interface Declaration {
  name: string;
  kind: string;
  comment: string;
  code: string;
}

const textOf = new Map<string, string>();

function read(path: string): string {
  let text = textOf.get(path);
  if (text === undefined) {
    text = readFileSync(path, 'utf8');
    textOf.set(path, text);
  }
  return text;
}

/** Text of a doc comment without its frame. */
function proseOf(comment: string): string {
  return comment
    .replace(/^\/\*\*|\*\/$/g, '')
    .split('\n')
    .map((line) => line.replace(/^\s*\* ?/, '').trim())
    .join('\n')
    .trim();
}

/** End of a declaration that begins at `start`: behind the brackets it opens, or at its semicolon. */
function endOf(text: string, start: number): number {
  let depth = 0;
  for (let i = start; i < text.length; i++) {
    if (text.startsWith('/*', i)) i = text.indexOf('*/', i) + 1;
    else if (text.startsWith('//', i)) i = text.indexOf('\n', i);
    else if (text[i] === "'" || text[i] === '"' || text[i] === '`') i = text.indexOf(text[i], i + 1);
    else if ('{([<'.includes(text[i])) depth++;
    else if ('})]'.includes(text[i]) || (text[i] === '>' && text[i - 1] !== '=')) depth--;
    if (depth === 0 && text[i] === ';') return i + 1;
    if (
      depth === 0 &&
      text[i] === '}' &&
      /^(export )?(declare )?(abstract )?(class|interface|enum)\b/.test(text.slice(start))
    )
      return i + 1;
  }
  return text.length;
}

/** The declaration of an exported name, followed through re-exports. */
function find(path: string, name: string): Declaration | undefined {
  const text = read(path);
  const direct = new RegExp(
    `((?:/\\*\\*(?:[^*]|\\*(?!/))*\\*/\\s*)?)^(?:export )?(?:declare )?(?:abstract )?(class|interface|function|const|type|enum) ${name}\\b`,
    'gm',
  );
  const found = [...text.matchAll(direct)];
  if (found.length > 0) {
    // Overloads have a declaration each.
    const codes = found.map((m) => {
      const begin = m.index + m[1].length;
      return text.slice(begin, endOf(text, begin));
    });
    return { name, kind: found[0][2], comment: proseOf(found[0][1].trim()), code: codes.join('\n') };
  }
  for (const { names, from } of reexports(text)) {
    const inner = names.find((n) => n.as === name);
    if (inner) return find(resolve(dirname(path), from.replace(/\.js$/, '.d.ts')), inner.name);
  }
  return undefined;
}

interface Reexport {
  names: { name: string; as: string }[];
  from: string;
}

function reexports(text: string): Reexport[] {
  return [...text.matchAll(/export (?:type )?\{([^}]*)\} from '([^']+)'/g)].map(([, list, from]) => ({
    from,
    names: list
      .split(',')
      .map((item) => item.trim().replace(/^type /, ''))
      .filter(Boolean)
      .map((item) => {
        const [name, as = name] = item.split(' as ');
        return { name, as };
      }),
  }));
}

/** Names an entry point exports, in its order. */
function exportsOf(path: string): string[] {
  const text = read(path);
  const own = [
    ...text.matchAll(/^export (?:declare )?(?:abstract )?(?:class|interface|function|const|type|enum) (\w+)/gm),
  ];
  return [...reexports(text).flatMap((r) => r.names.map((n) => n.as)), ...new Set(own.map(([, name]) => name))];
}

/** Of a class only what a caller sees. */
function tidied(code: string): string {
  return code
    .replace(/^export /gm, '')
    .replace(/^declare /gm, '')
    .replace(/^ {4}(?:#private|private [^;]*|private constructor\([^;]*\));\n/gm, '');
}

function page(entry: string, path: string): string {
  const opening = /^\/\*\*(?:[^*]|\*(?!\/))*\*\//.exec(read(path))?.[0];
  const declarations = exportsOf(path).map((name) => {
    const found = find(path, name);
    if (!found) throw new Error(`${entry}: no declaration of ${name}`);
    return { ...found, name };
  });
  const kinds: [string, string[]][] = [
    ['Classes', ['class']],
    ['Functions', ['function']],
    ['Constants', ['const', 'enum']],
    ['Types', ['interface', 'type']],
  ];
  const parts = kinds.flatMap(([title, names]) => {
    const some = declarations.filter((d) => names.includes(d.kind)).sort((a, b) => (a.name < b.name ? -1 : 1));
    if (some.length === 0) return [];
    const each = some.map(
      (d) =>
        `### ${d.name}\n\n${d.comment ? `${d.comment}\n\n` : ''}\`\`\`typescript\n${tidied(d.code).trim()}\n\`\`\`\n`,
    );
    return [`## ${title}\n`, ...each];
  });
  return `# \`${entry}\`\n\n${opening ? `${proseOf(opening)}\n\n` : ''}${parts.join('\n')}`;
}

/** Pages of docs/api by file name. */
export function apiPages(): Record<string, string> {
  const { name, exports } = JSON.parse(read(resolve(ROOT, 'package.json'))) as {
    name: string;
    exports: Record<string, { types: string } | string>;
  };
  const pages: Record<string, string> = {};
  const list: string[] = [];
  for (const [key, target] of Object.entries(exports)) {
    if (typeof target === 'string') continue;
    const entry = key === '.' ? name : `${name}/${key.slice(2)}`;
    const file = `${key === '.' ? 'index' : key.slice(2)}.md`;
    pages[file === 'index.md' ? 'hearken.md' : file] = page(entry, resolve(ROOT, target.types));
    list.push(`- [\`${entry}\`](${file === 'index.md' ? 'hearken.md' : file})`);
  }
  pages['README.md'] =
    `# API reference\n\nMade by \`npm run api\` from the declarations of the package.\n\n${list.join('\n')}\n`;
  return pages;
}

if (process.argv[1] === import.meta.filename) {
  const directory = resolve(ROOT, 'docs/api');
  if (existsSync(directory)) for (const f of readdirSync(directory)) rmSync(resolve(directory, f));
  mkdirSync(directory, { recursive: true });
  for (const [file, text] of Object.entries(apiPages())) writeFileSync(resolve(directory, file), text);
}
