/** Neural networks as named tensors in and out; onnx-node.ts is the only file that knows onnxruntime. */
export type { Network, OpenedNetwork, OpenNetwork, Provider, Tensor, TensorType } from './network.js';
export { PROVIDERS } from './network.js';
export { checkProviders, openNetwork } from './onnx-node.js';
