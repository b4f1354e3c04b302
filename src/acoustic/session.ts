import { InferenceSession } from 'onnxruntime-node';
import { HearkenError } from '../errors.js';

/** Execution providers by onnxruntime's names. */
export const PROVIDERS = ['cuda', 'webgpu', 'coreml', 'dml', 'cpu'] as const;
export type Provider = (typeof PROVIDERS)[number];

export interface OpenedSession {
  session: InferenceSession;
  provider: Provider;
  /** Providers that were wanted before it and why each did not start. */
  passedOver: { provider: Provider; reason: string }[];
}

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
 * A session on the first provider that starts; onnxruntime-node throws rather than falls back. One thread, spinning off:
 * the engine runs a session a core in worker threads. @throws PROVIDER_UNAVAILABLE, MODEL_FILE
 */
export async function openSession(model: Uint8Array, providers: readonly Provider[]): Promise<OpenedSession> {
  const passedOver: OpenedSession['passedOver'] = [];
  const bytes = new Uint8Array(model); // the runtime does not take shared memory
  for (const provider of providers) {
    try {
      const session = await InferenceSession.create(bytes, {
        executionProviders: [provider],
        intraOpNumThreads: 1,
        interOpNumThreads: 1,
        logSeverityLevel: 3,
        extra: { session: { intra_op: { allow_spinning: '0' } } },
      });
      return { session, provider, passedOver };
    } catch (error) {
      passedOver.push({ provider, reason: (error as Error).message.split('\n')[0] });
    }
  }
  const reasons = passedOver.map((p) => `${p.provider}: ${p.reason}`).join('; ');
  const code = passedOver.some((p) => p.provider === 'cpu') ? 'MODEL_FILE' : 'PROVIDER_UNAVAILABLE';
  throw new HearkenError(code, `the network could not be started (${reasons})`);
}
