import { z } from 'zod';
import { HearkenError } from '../errors.js';

const positive = z.number().int().positive();

/** Fields of a card of format 1 that format 2 holds elsewhere. */
const OLD = z.looseObject({
  features: z.looseObject({ melBins: positive, globalMean: z.array(z.number()) }),
  acoustic: z.looseObject({
    file: z.string(),
    topology: z.enum(['chain']),
    phones: z.array(z.string()).min(1),
    units: z.string().optional(),
    outputs: positive,
    subsampling: positive,
    delay: z.number().int().nonnegative(),
    stateSize: positive,
    parameters: positive,
    multiplyAdds: positive.optional(),
  }),
});

/** Rows per run of every network of format 1. */
const CHUNK_ROWS = 10;

/** A card of format 1 as one of format 2; any other value as it is. @throws MODEL_CARD naming the field */
export function migrateCard(json: unknown, where: string): unknown {
  if (typeof json !== 'object' || json === null || (json as { format?: unknown }).format !== 1) return json;
  const parsed = OLD.safeParse(json);
  if (!parsed.success) {
    const issue = parsed.error.issues[0];
    throw new HearkenError('MODEL_CARD', `${where}: ${issue.path.join('.')}: ${issue.message}`);
  }
  const { features, acoustic, ...rest } = parsed.data;
  const { globalMean, ...fbank } = features;
  const { file, units, phones, outputs, subsampling, delay, stateSize, parameters, multiplyAdds } = acoustic;
  const frames = CHUNK_ROWS * subsampling;
  return {
    ...rest,
    format: 2,
    features: { kind: 'kaldi-fbank', ...fbank, dither: true, cmvn: { globalMean, window: 600, globalFrames: 200 } },
    acoustic: {
      file,
      input: { name: 'features', layout: 'NTC' },
      output: { name: 'loglikes', layout: 'NTC' },
      scores: 'log-likelihoods',
      columns: outputs,
      subsampling,
      latency: delay,
      chunk: { frames, shift: frames },
      states: [{ in: 'state', out: 'next_state', type: 'float32', dims: [1, stateSize] }],
      parameters,
      ...(multiplyAdds !== undefined && { multiplyAdds }),
    },
    topology: { kind: 'chain', ...(units !== undefined && { contexts: units }) },
    spelling: { kind: 'phones', units: phones },
  };
}
