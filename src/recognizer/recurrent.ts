import { type NgramLm, RecurrentLm } from '../lm/index.js';
import type { WordsParts } from '../package/index.js';
import type { OpenNetwork, Tensor } from '../runtime/index.js';

/** A recurrent language model, and its share of a word's cost next to the n-gram model's. */
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
  openNetwork: OpenNetwork,
): Promise<Recurrent | undefined> {
  if (!card.recurrentLm || !recurrent) return undefined;
  const { share, wordPenalty } = card.recurrentLm;
  const { network } = await openNetwork(recurrent.network, ['cpu']);
  const model: RecurrentLm = new RecurrentLm(
    recurrent.tables,
    recurrent.words,
    words,
    lm,
    async (input, hidden, cell, count) => {
      const state = [count, model.stateSize];
      const floats = (data: Float32Array, dims: readonly number[]): Tensor => ({ type: 'float32', dims, data });
      const result = await network.run({
        input: floats(input, [count, model.width]),
        hidden: floats(hidden, state),
        cell: floats(cell, state),
      });
      const data = (name: string): Float32Array => result[name].data as Float32Array;
      return { output: data('output'), hidden: data('next_hidden'), cell: data('next_cell') };
    },
  );
  return { model, share, wordPenalty };
}
