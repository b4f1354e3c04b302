// Subtitles with exact times from a text that is known, a line each: node examples/align-subtitles.js talk.mp3 talk.txt > talk.srt
import { spawnSync } from 'node:child_process';
import { fileURLToPath } from 'node:url';

const [audio = 'examples/data/sample.wav', text = 'examples/data/sample.txt'] = process.argv.slice(2);
const hearken = fileURLToPath(new URL('../dist/src/cli/main.js', import.meta.url)); // `npx hearken` where it is installed
const { stdout, stderr, status } = spawnSync(process.execPath, [hearken, 'align', audio, text, '-f', 'srt']);
process.stderr.write(stderr);
process.stdout.write(stdout);
process.exitCode = status ?? 1;
