// Subtitles of a video or recording, each written as soon as it is decided: node examples/subtitles.js film.webm > film.vtt
// (MP4 needs ffmpeg on the path.)
import { Engine } from 'hearken';

const [path = 'examples/data/sample.wav'] = process.argv.slice(2);
const stamp = (seconds) => new Date(1000 * seconds).toISOString().slice(11, 23);
const engine = await Engine.load();
try {
  console.log('WEBVTT\n');
  for await (const result of engine.transcribe(path, { written: true, punctuation: true })) {
    if (result.type !== 'final') continue;
    const text = result.written.map((piece) => piece.text).join(' ');
    console.log(`${stamp(result.start)} --> ${stamp(result.end)}\n${text}\n`);
  }
} finally {
  await engine.close();
}
