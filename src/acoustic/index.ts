/** Acoustic models: samples to rows of scores, by a network and the contract that its card holds. */
export type { AcousticModel, ScoreStream } from './acoustic-model.js';
export { ChunkNetwork } from './chunk-network.js';
export type { Layout, NetworkContract, StateContract } from './contract.js';
export { NetworkModel } from './network-model.js';
export { SegmentNetwork } from './segment-network.js';
