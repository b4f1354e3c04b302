import { chaos } from './chaos.js';

/** `npm run chaos -- [seconds] [seed]` */
const [seconds = 600, seed = Math.floor(Math.random() * 1e6)] = process.argv.slice(2).map(Number);
console.log(`${seconds} s, seed ${seed}`);
const report = await chaos({ seconds, seed, tell: (line) => console.log(line) });
console.log(JSON.stringify(report, null, 2));
const { megabytes, leftOpen, wrong, sessionsLeft } = report;
const well =
  wrong.length === 0 && sessionsLeft === 0 && leftOpen.length === 0 && megabytes.after <= 1.1 * megabytes.before;
console.log(well ? 'no word lost or doubled, nothing left' : 'FAILED');
process.exitCode = well ? 0 : 1;
