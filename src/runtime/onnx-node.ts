import { InferenceSession, Tensor as OrtTensor } from 'onnxruntime-node';
import { HearkenError } from '../errors.js';
import { type Network, type OpenedNetwork, PROVIDERS, type Provider, type Tensor } from './network.js';

/** @throws PROVIDER_UNKNOWN */
export function checkProviders(names: readonly string[]): Provider[] {
  for (const n of names) {
    if (!(PROVIDERS as readonly string[]).includes(n)) {
      throw new HearkenError(
        'PROVIDER_UNKNOWN',
        `unknown execution provider "${n}"; there are ${PROVIDERS.join(', ')}`,
      );
    }
  }
  return names as Provider[];
}

/**
 * A network on the first provider that starts; onnxruntime-node throws rather than falls back. One thread, spinning off:
 * the engine runs one session per core in worker threads. x64quantprecision keeps 8-bit products from saturating on processors
 * without VNNI (it changes nothing where there is VNNI). @throws PROVIDER_UNAVAILABLE, MODEL_FILE
 */
export async function openNetwork(model: Uint8Array, providers: readonly Provider[]): Promise<OpenedNetwork> {
  const passedOver: OpenedNetwork['passedOver'] = [];
  const bytes = new Uint8Array(model); // the runtime does not take shared memory
  for (const provider of providers) {
    try {
      const session = await InferenceSession.create(bytes, {
        executionProviders: [provider],
        intraOpNumThreads: 1,
        interOpNumThreads: 1,
        logSeverityLevel: 3,
        extra: { session: { intra_op: { allow_spinning: '0' }, x64quantprecision: '1' } },
      });
      return { network: new OnnxNetwork(session), provider, passedOver };
    } catch (error) {
      passedOver.push({ provider, reason: (error as Error).message.split('\n')[0] });
    }
  }
  const reasons = passedOver.map((p) => `${p.provider}: ${p.reason}`).join('; ');
  const code = passedOver.some((p) => p.provider === 'cpu') ? 'MODEL_FILE' : 'PROVIDER_UNAVAILABLE';
  throw new HearkenError(code, `the network could not be started (${reasons})`);
}

class OnnxNetwork implements Network {
  readonly inputs: readonly string[];
  readonly outputs: readonly string[];
  #session: InferenceSession;

  constructor(session: InferenceSession) {
    this.#session = session;
    this.inputs = session.inputNames;
    this.outputs = session.outputNames;
  }

  async run(feeds: Readonly<Record<string, Tensor>>): Promise<Record<string, Tensor>> {
    const wrapped: Record<string, OrtTensor> = {};
    for (const name of Object.keys(feeds)) {
      const { type, data, dims } = feeds[name];
      // The constructor's overloads tie each type to its array; Tensor has been checked to do the same.
      wrapped[name] = new OrtTensor(type as 'float32', data as Float32Array, dims);
    }
    return (await this.#session.run(wrapped)) as unknown as Record<string, Tensor>;
  }

  close(): Promise<void> {
    return this.#session.release();
  }
}
