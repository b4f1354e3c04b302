import { HearkenError } from '../errors.js';

export type WindowType = 'povey' | 'hanning' | 'hamming' | 'blackman' | 'sine' | 'rectangular';

/** Kaldi's feature options (feature-window.h, feature-fbank.h, feature-mfcc.h), with Kaldi's defaults but for `dither`, 0 here. */
export interface FeatureOptions {
  /** Hz. */
  sampleRate: number;
  frameLengthMs: number;
  frameShiftMs: number;
  /** Standard deviation of the Gaussian noise added to each sample (in 16-bit units); 0 keeps features reproducible. */
  dither: number;
  preemphasis: number;
  removeDcOffset: boolean;
  window: WindowType;
  /** Keep only frames that fit wholly in the signal; else one a shift, the ends reflected. */
  snipEdges: boolean;
  melBins: number;
  /** Hz. */
  lowFrequency: number;
  /** Hz; 0 or less counts from the Nyquist frequency. */
  highFrequency: number;
  useEnergy: boolean;
  /** Energy before pre-emphasis and windowing. */
  rawEnergy: boolean;
  /** Floor of the energy (not its logarithm); 0 for none. */
  energyFloor: number;
  /** HTK's order: energy (or C0) last. */
  htkCompat: boolean;
  useLog: boolean;
  usePower: boolean;
  /** Cepstra an MFCC frame has; undefined gives log-mel features. */
  ceps?: number;
  cepstralLifter: number;
}

const COMMON: FeatureOptions = {
  sampleRate: 16000,
  frameLengthMs: 25,
  frameShiftMs: 10,
  dither: 0,
  preemphasis: 0.97,
  removeDcOffset: true,
  window: 'povey',
  snipEdges: true,
  melBins: 23,
  lowFrequency: 20,
  highFrequency: 0,
  useEnergy: false,
  rawEnergy: true,
  energyFloor: 0,
  htkCompat: false,
  useLog: true,
  usePower: true,
  cepstralLifter: 22,
};

/** @throws OPTION_INVALID */
function checked(options: FeatureOptions): FeatureOptions {
  const fail = (what: string): never => {
    throw new HearkenError('OPTION_INVALID', `feature options: ${what}`);
  };
  const nyquist = options.sampleRate / 2;
  const high = options.highFrequency > 0 ? options.highFrequency : nyquist + options.highFrequency;
  if (!(options.sampleRate > 0)) fail(`sampleRate ${options.sampleRate}`);
  if (!(options.frameShiftMs > 0 && options.frameLengthMs > 0)) fail('frame length and shift must be positive');
  if (!(Number.isInteger(options.melBins) && options.melBins >= 3)) fail(`melBins ${options.melBins} is below 3`);
  if (!(options.lowFrequency >= 0 && options.lowFrequency < high && high <= nyquist)) {
    fail(`mel range ${options.lowFrequency} to ${high} Hz does not fit below ${nyquist} Hz`);
  }
  if (options.ceps !== undefined && !(options.ceps >= 1 && options.ceps <= options.melBins)) {
    fail(`ceps ${options.ceps} is not in 1 to melBins`);
  }
  return options;
}

/** Options of log-mel filterbank features. */
export function fbankOptions(options: Partial<FeatureOptions> = {}): FeatureOptions {
  return checked({ ...COMMON, ...options });
}

/** Options of MFCC features. */
export function mfccOptions(options: Partial<FeatureOptions> = {}): FeatureOptions {
  return checked({ ...COMMON, useEnergy: true, ceps: 13, ...options });
}
