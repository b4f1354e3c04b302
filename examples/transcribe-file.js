// Words of a recording with their times and confidences: node examples/transcribe-file.js talk.mp3
import { Engine } from 'hearken';

const [path = 'examples/data/sample.wav'] = process.argv.slice(2);
const engine = await Engine.load();
try {
  for await (const result of engine.transcribe(path)) {
    if (result.type !== 'final') continue;
    for (const { text, start, end, confidence } of result.words)
      console.log(`${start.toFixed(2)}\t${end.toFixed(2)}\t${confidence.toFixed(2)}\t${text}`);
  }
} finally {
  await engine.close();
}
