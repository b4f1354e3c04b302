import { type Command, Option } from 'commander';
import type { RawFormat } from '../audio/index.js';
import type { RecordingOptions } from '../recognizer/messages.js';
import { positiveNumber, rawFormat } from './options.js';
import { addVocabularyOptions, type VocabularyFlags, vocabularyOf } from './vocabulary-options.js';

/** How recordings are heard and what is written of them. */
export interface RecognitionFlags extends VocabularyFlags {
  channels: 'mix' | 'split';
  raw?: RawFormat;
  beam?: number;
  rescore: boolean;
  secondPass: boolean;
  written?: boolean;
  punctuate?: boolean;
  maskProfanity?: boolean;
}

export function addRecognitionOptions(command: Command): Command {
  command
    .addOption(
      new Option('--channels <how>', 'mix channels down, or give a transcript a channel')
        .choices(['mix', 'split'])
        .default('mix'),
    )
    .option('--raw <rate,encoding[,channels]>', 'the input is headerless PCM, e.g. 8000,mulaw', rawFormat)
    .option('--beam <cost>', 'search beam: wider is slower and more exact', positiveNumber)
    .option('--no-rescore', 'without the recurrent language model: faster, more errors')
    .option('--no-second-pass', "without the package's second acoustic model: faster, more errors")
    .option('--written', 'as people write: numbers, dates, money in figures')
    .option('--punctuate', 'with sentence ends, commas, question marks and capitals')
    .option('--mask-profanity', 'profane words as their first letter and asterisks');
  return addVocabularyOptions(command);
}

export function recognitionOf(flags: RecognitionFlags): RecordingOptions {
  return {
    channels: flags.channels,
    ...(flags.raw && { raw: flags.raw }),
    ...(flags.beam !== undefined && { decoder: { beam: flags.beam } }),
    rescore: flags.rescore,
    secondPass: flags.secondPass,
    written: flags.written ?? false,
    punctuation: flags.punctuate ?? false,
    profanity: flags.maskProfanity ? 'mask' : 'keep',
    ...vocabularyOf(flags),
  };
}
