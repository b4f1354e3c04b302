import { random } from './random-fst.js';

/** Sounds that hold no speech, made up the same every time: name and samples in [-1, 1]. */
export function soundsWithoutSpeech(seconds: number, rate: number): [string, Float32Array][] {
  const length = seconds * rate;
  const next = random(5);
  const gauss = (): number => Math.sqrt(-2 * Math.log(1 - next())) * Math.cos(2 * Math.PI * next());
  const made = (sample: (i: number) => number): Float32Array => Float32Array.from({ length }, (_, i) => sample(i));
  const pink = (level: number): ((i: number) => number) => {
    // Kellet's filter of white noise.
    const b = [0, 0, 0];
    return () => {
      const white = gauss();
      b[0] = 0.99765 * b[0] + white * 0.099046;
      b[1] = 0.963 * b[1] + white * 0.2965164;
      b[2] = 0.57 * b[2] + white * 1.0526913;
      return level * (b[0] + b[1] + b[2] + white * 0.1848) * 0.25;
    };
  };
  let brown = 0;
  const chord = (i: number): number => {
    const beat = Math.floor(i / (0.4 * rate));
    const t = (i % (0.4 * rate)) / rate;
    const root = 220 * 2 ** ([0, 5, 7, 3, 8, 10][(beat * 5) % 6] / 12);
    return (
      [1, 1.26, 1.5].reduce(
        (sum, ratio) =>
          sum + [1, 2, 3, 4].reduce((s, h) => s + Math.sin((2 * Math.PI * root * ratio * h * i) / rate) / (h * h), 0),
        0,
      ) *
      0.08 *
      Math.exp(-3 * t)
    );
  };
  // Voices without words: buzzes of wandering pitch through wandering resonances.
  const voices = Array.from({ length: 8 }, () => voice(next, rate));
  let click = 0;
  return [
    ['digital silence', new Float32Array(length)],
    ['white noise, −60 dB', made(() => 0.001 * gauss())],
    ['white noise, −30 dB', made(() => 0.03 * gauss())],
    ['pink noise, −30 dB', made(pink(0.03))],
    ['pink noise, −15 dB', made(pink(0.18))],
    ['brown noise', made(() => 0.2 * (brown = 0.995 * brown + 0.05 * gauss()))],
    [
      'hum of 50 Hz',
      made((i) => 0.1 * Math.sin((2 * Math.PI * 50 * i) / rate) + 0.03 * Math.sin((2 * Math.PI * 150 * i) / rate)),
    ],
    ['tone of 1 kHz', made((i) => 0.2 * Math.sin((2 * Math.PI * 1000 * i) / rate))],
    ['beeps', made((i) => (i % rate < 0.2 * rate ? 0.3 * Math.sin((2 * Math.PI * 880 * i) / rate) : 0))],
    ['music of chords', made(chord)],
    ['clicks', made((i) => (i % Math.round(0.31 * rate) === 0 ? (click = 1) : (click *= 0.99)) * 0.4 * gauss())],
    ['babble of eight buzzing voices', made(() => 0.06 * voices.reduce((sum, speak) => sum + speak(), 0))],
  ];
}

/** Something with the pitch, resonances and rhythm of a voice that says nothing. */
function voice(next: () => number, rate: number): () => number {
  let phase = next();
  let pitch = 90 + 130 * next();
  let loud = 0;
  let target = 1;
  const formants = [500, 1500, 2500].map((f) => ({ f: f * (0.8 + 0.4 * next()), to: f, y1: 0, y2: 0 }));
  return () => {
    phase += pitch / rate;
    pitch *= 1 + 0.0004 * (next() - 0.5);
    if (next() < 6 / rate) target = next() < 0.4 ? 0 : 0.3 + 0.7 * next();
    loud += (target - loud) * 0.002;
    const source = (phase % 1) * 2 - 1;
    let out = 0;
    for (const r of formants) {
      if (next() < 5 / rate) r.to = r.f * (0.6 + 0.8 * next());
      r.f += (r.to - r.f) * 0.0008;
      const radius = 0.985;
      const y = source * 0.02 + 2 * radius * Math.cos((2 * Math.PI * r.f) / rate) * r.y1 - radius * radius * r.y2;
      r.y2 = r.y1;
      r.y1 = y;
      out += y;
    }
    return out * loud;
  };
}
