// Live captions of a telephone line, 8 kHz mu-law on standard input: node examples/phone-call.js < call.ul
import { Engine } from 'hearken';

const engine = await Engine.load({ workers: 1 });
try {
  const stream = engine.createRecordingStream({
    raw: { sampleRate: 8000, encoding: 'mulaw', channels: 1 },
    partials: true,
  });
  const sending = (async () => {
    for await (const bytes of process.stdin) await stream.acceptBytes(bytes); // waits while the worker is busy
    stream.endInput();
  })();
  for await (const result of stream) {
    if (result.type === 'partial') console.error(`… ${result.stable} ${result.unstable}`);
    if (result.type === 'final') console.log(`${result.start.toFixed(1)} s: ${result.text}`);
  }
  await sending;
} catch (error) {
  console.error(error.message); // no audio on standard input, for instance
  process.exitCode = 1;
} finally {
  await engine.close();
}
