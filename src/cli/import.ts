import { resolve } from 'node:path';
import { Command } from 'commander';
import { ADDITIONS, standardLexicon } from '../lexicon/index.js';
import { DEFAULT_MODEL, findModel, importModel, userModels } from '../package/index.js';
import { stepTimer } from './options.js';

interface Flags {
  out?: string;
  name?: string;
  language: string;
  lexicon: string;
}

export function importCommand(): Command {
  return new Command('import')
    .description('make a package of a network of another toolkit, as it is, and the words of a package of ours')
    .argument('<file>', 'the network, in ONNX; what belongs to it lies in the same directory')
    .option('-o, --out <dir>', 'directory of the package (default: where --model finds it by its name)')
    .option('--name <name>', 'name of the package')
    .option(
      '--language <model>',
      'package whose words and language model are taken',
      (model: string) => findModel(model),
      DEFAULT_MODEL,
    )
    .option('--lexicon <file>', 'pronunciations besides CMUdict: word, then phones', ADDITIONS)
    .addHelpText(
      'after',
      `
Example:
  pip download --no-deps hama==1.3.13 && unzip hama-1.3.13-*.whl
  hearken import hama/assets/asr_waveform_fp16.onnx
  hearken transcribe talk.mp3 --model hama-en`,
    )
    .action(run);
}

function run(source: string, flags: Flags): void {
  const say = stepTimer();
  const { directory, ...report } = importModel({
    source,
    out: (name) => resolve(flags.out ?? resolve(userModels(), name)),
    ...(flags.name !== undefined && { name: flags.name }),
    language: flags.language,
    lexicon: standardLexicon(flags.lexicon),
    onStep: say,
  });
  say(`a network of the family ${report.family}; guessed: ${report.guessed.join(', ') || 'nothing'}`);
  if (report.warnings.length > 0) say(report.warnings.join('; '));
  say(JSON.stringify({ vocabulary: report.vocabulary, graphStates: report.graphStates, graphArcs: report.graphArcs }));
  process.stdout.write(`${directory}\n`);
}
