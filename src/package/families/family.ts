import type { ModelCard } from '../card.js';
import type { OnnxMetadata } from '../onnx-metadata.js';

/** A network's file and what lies around it. */
export interface NetworkSource {
  /** Path of the ONNX file. */
  path: string;
  metadata: OnnxMetadata;
  /** Text of a file of this name in the network's directory. @throws INPUT_NOT_FOUND */
  text(name: string): string;
  /** @throws INPUT_NOT_FOUND */
  bytes(name: string): Uint8Array;
  has(name: string): boolean;
}

/** What a family makes of a network: the parts of the card that say how to run it and what its scores mean. */
export interface RecognizedNetwork {
  name: string;
  language: string;
  features: ModelCard['features'];
  acoustic: Omit<ModelCard['acoustic'], 'file'>;
  topology: ModelCard['topology'];
  spelling: ModelCard['spelling'];
  /** Other files of the network's directory that belong into the package. */
  files: readonly string[];
  /** Who made the network, and under what licence. */
  data: ModelCard['data'];
  /** Decoder settings that this network does best with. */
  decoder: ModelCard['decoder'];
  /** Share of words that are right at posteriors of 0 and 1, where it was measured. */
  confidence?: ModelCard['confidence'];
  /** Nats that a word costs more when finals are rescored than in the first pass. */
  rescoringWordPenalty: number;
  /** What was taken to be so without the files saying it. */
  guessed: readonly string[];
}

/** A kind of network that can be imported: other ones are other data, not other code. */
export interface ModelFamily {
  name: string;
  /** Whether a network is one of this family, by the names of its inputs and outputs. */
  matches(metadata: OnnxMetadata): boolean;
  /** @throws MODEL_FILE, MODEL_NOT_FOUND, LEXICON_FORMAT naming what is missing */
  recognize(source: NetworkSource): RecognizedNetwork;
}
