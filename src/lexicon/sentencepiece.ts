import { ProtobufReader } from '../binary/protobuf.js';
import { HearkenError } from '../errors.js';
import { BpeTokenizer, type PieceModel, TableTokenizer, type Tokenizer, UnigramTokenizer } from './tokenizer.js';

/** SentencePiece.Type and TrainerSpec.ModelType of sentencepiece_model.proto. */
const NORMAL = 1;
const USER_DEFINED = 4;
const BYTE = 6;
const MODEL_TYPES = ['', 'unigram', 'bpe', 'word', 'char'] as const;

interface Piece {
  text: string;
  score: number;
  type: number;
}

interface Normalizer {
  name: string;
  prefix: boolean;
}

/**
 * The tokenizer of a SentencePiece model (`tokenizer.model`, `bpe.model`): unigram, BPE, words or characters, with byte
 * fallback. Text is normalised by Unicode's NFKC, which SentencePiece's own tables differ from in rare characters only, and
 * made small where the model's rule says so. Pieces of the type UNUSED are not written.
 * @param where the file's name in errors @throws MODEL_FILE
 */
export function sentencePieceTokenizer(bytes: Uint8Array, where: string): Tokenizer {
  const { pieces, type, normalizer } = readModel(new ProtobufReader(bytes, where));
  if (pieces.length === 0) throw new HearkenError('MODEL_FILE', `${where}: a SentencePiece model without pieces`);
  const ids = new Map<string, number>();
  const userDefined = new Set<number>();
  for (const [id, piece] of pieces.entries()) {
    if (piece.type !== NORMAL && piece.type !== USER_DEFINED) continue;
    ids.set(piece.text, id);
    if (piece.type === USER_DEFINED) userDefined.add(id);
  }
  const model: PieceModel = {
    units: pieces.map((p) => p.text),
    pieces: ids,
    bytes: bytePieces(pieces),
    normalize: normalization(normalizer.name),
    prefix: normalizer.prefix,
  };
  switch (type) {
    case 'unigram':
      return new UnigramTokenizer(
        model,
        Float32Array.from(pieces, (p) => p.score),
        userDefined,
      );
    case 'bpe':
      return new BpeTokenizer(model, (left, right) => {
        const id = ids.get(left + right);
        return id === undefined ? undefined : -pieces[id].score;
      });
    case 'word':
      return new TableTokenizer(model, 'word');
    case 'char':
      return new TableTokenizer(model, 'character');
    default:
      throw new HearkenError('MODEL_FILE', `${where}: a SentencePiece model of an unknown type`);
  }
}

/** Numbers of the pieces `<0x00>` to `<0xFF>`, where all are there. */
function bytePieces(pieces: readonly Piece[]): number[] | undefined {
  const ids = new Map(pieces.flatMap((p, id) => (p.type === BYTE ? [[p.text, id] as const] : [])));
  const all = Array.from({ length: 256 }, (_, byte) =>
    ids.get(`<0x${byte.toString(16).toUpperCase().padStart(2, '0')}>`),
  );
  return all.includes(undefined) ? undefined : (all as number[]);
}

/** What the named rule of SentencePiece does to a text. */
function normalization(name: string): (text: string) => string {
  if (name === 'identity') return (text) => text;
  if (name.endsWith('_cf')) return (text) => text.normalize('NFKC').toLowerCase();
  return (text) => text.normalize('NFKC');
}

function readModel(model: ProtobufReader) {
  const pieces: Piece[] = [];
  const normalizer: Normalizer = { name: 'nmt_nfkc', prefix: true };
  let type: (typeof MODEL_TYPES)[number] | undefined = 'unigram';
  while (model.next()) {
    if (model.field === 1) pieces.push(readPiece(model.message(`piece ${pieces.length}`)));
    else if (model.field === 2) {
      const trainer = model.message('trainer');
      while (trainer.next()) {
        if (trainer.field === 3) type = MODEL_TYPES[trainer.integer()];
        else trainer.skip();
      }
    } else if (model.field === 3) readNormalizer(model.message('normalizer'), normalizer);
    else model.skip();
  }
  return { pieces, type, normalizer };
}

function readPiece(message: ProtobufReader): Piece {
  const piece: Piece = { text: '', score: 0, type: NORMAL };
  while (message.next()) {
    if (message.field === 1) piece.text = message.text();
    else if (message.field === 2) piece.score = message.float();
    else if (message.field === 3) piece.type = message.integer();
    else message.skip();
  }
  return piece;
}

function readNormalizer(message: ProtobufReader, normalizer: Normalizer): void {
  while (message.next()) {
    if (message.field === 1) normalizer.name = message.text();
    else if (message.field === 3) normalizer.prefix = message.integer() !== 0;
    else message.skip();
  }
}
