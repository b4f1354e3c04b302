// Do something when a word is said, whatever else is: node examples/keyword-trigger.js recording.wav "sharp profile"
// Only keywords are listened for, so it costs a fraction of recognition; feed live samples with createStream() the same way.
import { Engine } from 'hearken';

const [path = 'examples/data/sample.wav', ...words] = process.argv.slice(2);
const keywords = (words.length > 0 ? words : ['sharp profile']).map((text) => ({ text }));
const engine = await Engine.load({ workers: 1 });
try {
  for await (const hit of engine.transcribe(path, { keywords, recognize: false }))
    if (hit.type === 'keyword') console.log(`"${hit.text}" at ${hit.start.toFixed(2)} s (score ${hit.score})`);
} finally {
  await engine.close();
}
