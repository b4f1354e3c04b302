import { statSync } from 'node:fs';
import { resolve } from 'node:path';
import { Command } from 'commander';
import { openAudio } from '../audio/index.js';
import { openFeatures } from '../frontend/index.js';
import { DEFAULT_MODEL, findModel, packageFile, readCard } from '../package/index.js';
import { modelOption } from './options.js';

export function infoCommand(): Command {
  return new Command('info')
    .description('say what a model package or a recording is')
    .argument('[recording]', 'a recording to describe instead of the model')
    .addOption(modelOption())
    .option('--json', 'as JSON')
    .action(info);
}

async function info(recording: string | undefined, flags: { model?: string; json?: boolean }): Promise<void> {
  const facts =
    recording === undefined ? modelFacts(findModel(flags.model ?? DEFAULT_MODEL)) : await recordingFacts(recording);
  if (flags.json) process.stdout.write(`${JSON.stringify(facts, null, 2)}\n`);
  else for (const [name, value] of Object.entries(facts)) process.stdout.write(`${name.padEnd(14)} ${plain(value)}\n`);
}

const plain = (value: unknown): string =>
  Array.isArray(value)
    ? value.join('\n'.padEnd(16))
    : typeof value === 'object'
      ? JSON.stringify(value)
      : `${value as string | number}`;

function modelFacts(directory: string): Record<string, unknown> {
  const card = readCard(directory);
  const frames = card.acoustic.latency * card.acoustic.subsampling;
  const files = [...Object.keys(card.checksums), 'card.json'];
  const bytes = files.reduce((n, f) => n + statSync(packageFile(directory, card, f)).size, 0);
  return {
    model: card.name,
    language: card.language,
    directory: resolve(directory),
    size: `${(bytes / 1e6).toFixed(1)} MB`,
    ...(card.acoustic.parameters !== undefined && { parameters: card.acoustic.parameters }),
    topology: card.topology.kind,
    'look-ahead': `${Math.round((1000 * frames * openFeatures(card.features).frameShift) / card.features.sampleRate)} ms`,
    data: [...card.data, ...card.text].map((d) => `${d.name} (${d.licence})`),
    figures: card.figures,
  };
}

async function recordingFacts(path: string): Promise<Record<string, unknown>> {
  const source = await openAudio(path);
  let frames = 0;
  for await (const planes of source.chunks) frames += planes[0].length;
  return {
    recording: path,
    container: source.container,
    'sample rate': `${source.sampleRate} Hz`,
    channels: source.channels,
    duration: `${(frames / source.sampleRate).toFixed(3)} s`,
    warnings: source.warnings,
  };
}
