/// <reference lib="dom" />

export interface MicrophoneOptions {
  /** Of `navigator.mediaDevices.enumerateDevices()`; default the system's. */
  deviceId?: string;
  /** Where capture-worklet.js is served; default beside this module. */
  workletUrl?: string | URL;
  /** 32-bit float samples of the device's own rate, little-endian, about ten times a second: send them as `f32le`. */
  onAudio: (bytes: Uint8Array) => void;
  /** Loudest sample of each piece, 0 to 1, for a level meter. */
  onLevel?: (level: number) => void;
}

export interface Microphone {
  /** Hz, for `sampleRate` of the stream. */
  readonly sampleRate: number;
  /** Once the stream is open: audio from here on. */
  start(): void;
  stop(): Promise<void>;
}

/** Ask for the microphone of a browser. @throws DOMException NotAllowedError or NotFoundError, as getUserMedia */
export async function openMicrophone(options: MicrophoneOptions): Promise<Microphone> {
  const { deviceId, onAudio, onLevel, workletUrl = new URL('./capture-worklet.js', import.meta.url) } = options;
  const media = await navigator.mediaDevices.getUserMedia({
    audio: { channelCount: 1, echoCancellation: true, noiseSuppression: false, ...(deviceId && { deviceId }) },
  });
  const context = new AudioContext();
  await context.audioWorklet.addModule(workletUrl);
  const source = context.createMediaStreamSource(media);
  const capture = new AudioWorkletNode(context, 'hearken-capture', { numberOfOutputs: 0 });
  capture.port.onmessage = ({ data }: MessageEvent<Float32Array>) => {
    onLevel?.(data.reduce((top, x) => Math.max(top, Math.abs(x)), 0));
    onAudio(new Uint8Array(data.buffer, data.byteOffset, data.byteLength));
  };
  return {
    sampleRate: context.sampleRate,
    start: () => void source.connect(capture),
    async stop() {
      if (context.state === 'closed') return;
      source.disconnect();
      for (const track of media.getTracks()) track.stop();
      await context.close();
    },
  };
}
