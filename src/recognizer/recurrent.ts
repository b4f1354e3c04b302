import { Tensor } from 'onnxruntime-node';
import { openSession } from '../acoustic/index.js';
import { type NgramLm, RecurrentLm } from '../lm/index.js';
import type { WordsParts } from './model-package.js';

/** A recurrent language model, and how it counts beside the n-gram model. */
export interface Recurrent {
  model: RecurrentLm;
  share: number;
  wordPenalty: number;
}

/**
 * The recurrent language model of a package, run on the processor: its steps are too small for a GPU.
 * @param lm the package's n-gram model
 * @throws MODEL_FILE
 */
export async function openRecurrent(
  { card, recurrent, words }: WordsParts,
  lm: NgramLm,
): Promise<Recurrent | undefined> {
  if (!card.recurrentLm || !recurrent) return undefined;
  const { share, wordPenalty } = card.recurrentLm;
  const { session } = await openSession(recurrent.network, ['cpu']);
  const model: RecurrentLm = new RecurrentLm(
    recurrent.tables,
    recurrent.words,
    words,
    lm,
    async (input, hidden, cell, count) => {
      const state = [count, model.stateSize];
      const result = await session.run({
        input: new Tensor('float32', input, [count, model.width]),
        hidden: new Tensor('float32', hidden, state),
        cell: new Tensor('float32', cell, state),
      });
      const data = (name: string): Float32Array => (result[name] as Tensor).data as Float32Array;
      return { output: data('output'), hidden: data('next_hidden'), cell: data('next_cell') };
    },
  );
  return { model, share, wordPenalty };
}
