/** Element types of the tensors that networks take and give. */
export type TensorType = 'float32' | 'float16' | 'int64' | 'int32' | 'uint8' | 'bool';

/** A named input or output of a network. float16 data are the raw 16 bits; bool is one byte per element. */
export interface Tensor {
  type: TensorType;
  dims: readonly number[];
  data: Float32Array | Uint16Array | BigInt64Array | Int32Array | Uint8Array;
}

/** A neural network ready to run: named tensors in, named tensors out. Runs of one network never overlap. */
export interface Network {
  /** Names of the inputs that every run must give, in the model's order. */
  readonly inputs: readonly string[];
  readonly outputs: readonly string[];
  run(feeds: Readonly<Record<string, Tensor>>): Promise<Record<string, Tensor>>;
  close(): Promise<void>;
}

/** Execution providers by onnxruntime's names. */
export const PROVIDERS = ['cuda', 'webgpu', 'coreml', 'dml', 'cpu'] as const;
export type Provider = (typeof PROVIDERS)[number];

export interface OpenedNetwork {
  network: Network;
  provider: Provider;
  /** Preferred providers that did not start, and why. */
  passedOver: { provider: Provider; reason: string }[];
}

/** Opens a network on the first of the providers that starts. @throws PROVIDER_UNAVAILABLE, MODEL_FILE */
export type OpenNetwork = (model: Uint8Array, providers: readonly Provider[]) => Promise<OpenedNetwork>;
