/** The acoustic model: its card, its runtime, and streams of features through it. */
export { AcousticStream, CHUNK_OUTPUTS } from './acoustic-stream.js';
export { type ModelCard, parseCard, readCard } from './model-card.js';
export { checkProviders, type OpenedSession, openSession, PROVIDERS, type Provider } from './session.js';
