import { resolve } from 'node:path';
import { Engine, type Phrase } from '../src/index.js';
import { NgramLm } from '../src/lm/index.js';
import { DEFAULT_MODEL, readPackage } from '../src/package/index.js';
import {
  type AlignedPair,
  addScores,
  align as alignWords,
  scoreOf,
  scoringWords,
  wordErrorRate,
} from '../src/scoring/index.js';
import { keptTable } from './results.js';
import { manifest, withClips } from './scores.js';

/** A word this dear (−ln of its unigram probability) is rare: a name or a term, as users list them. */
const RARE = 11.5;
const BOOSTS = [0, 3, 5, 7, 9];

/**
 * Listening for phrases on real speech: the rare words of the librispeech dev split, and those the vocabulary lacks, are
 * listed, all at once. How many of them are heard where they are said, and how often they are written where they are not,
 * there and in other speech.
 */
export async function phrasesBench(): Promise<void> {
  await using engine = await Engine.load();
  const parts = readPackage(DEFAULT_MODEL);
  if (!parts.lm) throw new Error('the model has no language model to compare with');
  const lm = new NgramLm(parts.lm);
  const labels = new Map(parts.words.map((w, i) => [w, i]));
  const own = manifest('librispeech', 'dev');
  const others = manifest('commonvoice1', 'dev').slice(0, 150);
  const said = new Set(own.flatMap((c) => scoringWords(c.text)));
  const rare = new Set([...said].filter((w) => lm.unigramCost(labels.get(w) ?? 0) > RARE && labels.has(w)));
  const unknown = new Set([...said].filter((w) => !labels.has(w)));
  const listed = new Set([...rare, ...unknown]);
  console.log(`${rare.size} rare words and ${unknown.size} unknown ones listed`);
  const row = keptTable('phrases', [
    'boost',
    'rare words heard',
    'unknown words heard',
    'written where not said',
    'WER',
    'written in other speech',
    'WER there',
  ]);
  for (const boost of BOOSTS) {
    const phrases = boost > 0 ? [...listed].map((text) => ({ text, boost })) : [];
    const here = await align(engine, 'librispeech', own, phrases);
    const there = await align(engine, 'commonvoice1', others, phrases);
    const words = there.flat().filter((p) => p.reference !== undefined).length;
    row(
      boost || 'not listed',
      recall(here, rare),
      recall(here, unknown),
      inserted(here, listed),
      percent(wordErrorRate(addScores(here.map(scoreOf)))),
      `${inserted(there, listed)} of ${words} words`,
      percent(wordErrorRate(addScores(there.map(scoreOf)))),
    );
  }
}

const percent = (x: number): string => `${(100 * x).toFixed(1)} %`;

function recall(clips: AlignedPair[][], words: ReadonlySet<string>): string {
  const said = clips.flat().filter((p) => p.reference !== undefined && words.has(p.reference));
  const heard = said.filter((p) => p.operation === 'correct').length;
  return `${heard} of ${said.length} (${percent(heard / said.length)})`;
}

const inserted = (clips: AlignedPair[][], words: ReadonlySet<string>): number =>
  clips.flat().filter((p) => p.operation !== 'correct' && p.hypothesis !== undefined && words.has(p.hypothesis)).length;

/** What was said and heard in each clip, word by word. */
function align(
  engine: Engine,
  corpus: string,
  clips: { id: string; text: string }[],
  phrases: Phrase[],
): Promise<AlignedPair[][]> {
  return withClips(corpus, 'dev', (directory) =>
    Promise.all(
      clips.map(async ({ id, text }) => {
        const words: string[] = [];
        for await (const r of engine.transcribe(resolve(directory, `${id}.opus`), { phrases }))
          if (r.type === 'final') words.push(r.text);
        return alignWords(scoringWords(text), scoringWords(words.join(' ')));
      }),
    ),
  );
}
