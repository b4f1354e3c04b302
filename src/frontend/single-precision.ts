const f32 = Math.fround;

const HALF_PI = Math.PI / 2;
/** 2^24 · 2/π: quadrants in fixed point. */
const QUADRANTS = (2 ** 24 * 2) / Math.PI;

/** Degree-7 minimax of sine and degree-8 of cosine on ±π/4, the coefficients glibc uses (ARM optimized-routines, sincosf). */
const S1 = -0.16666654943701084;
const S2 = 0.008332178146138854;
const S3 = -0.00019517298981385725;
const C1 = -0.49999999725108224;
const C2 = 0.041666623324344516;
const C3 = -0.001388676379437604;
const C4 = 2.4390450703564542e-5;

/**
 * Sine and cosine of a float32 angle from 0 to 2π to float32, as glibc's `sinf` and `cosf` round them: now and then one
 * unit away from the nearest. Tables built from them (Kaldi's FFT) so come out equal bit by bit.
 */
export function sinCosSingle(angle: number): { sin: number; cos: number } {
  const x = f32(angle);
  const n = x < Math.PI / 4 ? 0 : (Math.trunc(x * QUADRANTS) + 0x800000) >> 24;
  const r = x - n * HALF_PI;
  const r2 = r * r;
  const sine = r + r2 * r * S1 + r2 * r * r2 * (S2 + r2 * S3);
  const cosine = 1 + r2 * C1 + r2 * r2 * C2 + r2 * r2 * r2 * (C3 + r2 * C4);
  switch (n & 3) {
    case 0:
      return { sin: f32(sine), cos: f32(cosine) };
    case 1:
      return { sin: f32(cosine), cos: f32(-sine) };
    case 2:
      return { sin: f32(-sine), cos: f32(-cosine) };
    default:
      return { sin: f32(-cosine), cos: f32(sine) };
  }
}

/** 1/c and ln c around the middle c of each sixteenth of an octave (glibc logf_data.c). */
const LOG_INVERSE = [
  1.398907162146528, 1.3403141896637998, 1.286432210124115, 1.2367150214269895, 1.1906977166711752, 1.1479821020556429,
  1.1082251448272158, 1.0711297413057381, 1.036437278977283, 1, 0.9492859795739057, 0.8951049428609004,
  0.8476821620351103, 0.8050314851692001, 0.7664671008843108, 0.731428603316328,
];
const LOG_VALUE = [
  -0.33569133332882284, -0.2929040563774074, -0.2518726580937369, -0.21245868807117255, -0.17453945183745634,
  -0.1380057072319758, -0.10275976698545139, -0.06871392447020525, -0.0357891387398228, 0, 0.05204517742929496,
  0.11081431298787942, 0.1652495223695143, 0.21687389031699977, 0.2659635028121397, 0.3127556664073557,
];
const bits = new Int32Array(1);
const value = new Float32Array(bits.buffer);

/** Natural logarithm of a positive normal float32 to float32, as glibc's `logf` rounds it. */
export function logSingle(x: number): number {
  value[0] = x;
  const fromBase = bits[0] - 0x3f330000;
  const i = (fromBase >> 19) & 15;
  const exponent = fromBase >> 23;
  bits[0] -= exponent << 23;
  const r = value[0] * LOG_INVERSE[i] - 1;
  const r2 = r * r;
  const tail = -0.25089342214237154 * r2 + (0.333456765744066 * r - 0.4999997485802103);
  return f32(tail * r2 + (LOG_VALUE[i] + exponent * Math.LN2 + r));
}
