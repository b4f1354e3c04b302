import { mkdirSync, writeFileSync } from 'node:fs';
import { availableParallelism, cpus } from 'node:os';
import { resolve } from 'node:path';
import { type Axis, plot, type Series } from './plot.js';

const RESULTS = resolve(import.meta.dirname, '../../bench/results');

export const machine = (): string =>
  `${cpus()[0].model}, ${availableParallelism()} cores, Node ${process.versions.node}`;

/** Keep what was measured, and where, beside the table that is printed of it: bench/results/NAME.json. */
export function keep(name: string, measured: unknown): void {
  mkdirSync(RESULTS, { recursive: true });
  const text = JSON.stringify({ name, machine: machine(), measured }, null, 2);
  writeFileSync(resolve(RESULTS, `${name}.json`), `${text}\n`);
}

/** bench/results/NAME.svg */
export function draw(name: string, title: string, x: Axis, y: Axis, series: readonly Series[]): void {
  mkdirSync(RESULTS, { recursive: true });
  writeFileSync(resolve(RESULTS, `${name}.svg`), plot(title, x, y, series));
}

type Row = (...cells: readonly (string | number)[]) => void;

/** A table in Markdown; its rows are printed as they come. */
export function table(...headers: readonly string[]): Row {
  console.log(`| ${headers.join(' | ')} |\n|${'---|'.repeat(headers.length)}`);
  return (...cells) => console.log(`| ${cells.join(' | ')} |`);
}

/** A table whose rows are kept too, as they come: bench/results/NAME.json. */
export function keptTable(name: string, headers: readonly string[]): Row {
  const row = table(...headers);
  const rows: (readonly (string | number)[])[] = [];
  return (...cells) => {
    row(...cells);
    rows.push(cells);
    keep(name, { headers, rows });
  };
}
