// Notes of a meeting: names and terms are listened for, and text comes as people write it:
//   node examples/meeting-notes.js meeting.mp3 "Zhenya Kuznetsova" "Hearken" "WFST"
import { Engine } from 'hearken';

const [path = 'examples/data/sample.wav', ...terms] = process.argv.slice(2);
const engine = await Engine.load();
try {
  const stream = engine.open(path, {
    // Words that the vocabulary lacks are pronounced as their letters say, and heard from now on.
    phrases: terms.map((text) => ({ text, boost: 6 })),
    written: true,
    punctuation: true,
  });
  for await (const result of stream) {
    if (result.type !== 'final') continue;
    const minutes = `${Math.floor(result.start / 60)}:${String(Math.floor(result.start % 60)).padStart(2, '0')}`;
    console.log(`[${minutes}] ${result.written.map((piece) => piece.text).join(' ')}`);
  }
  for (const warning of (await stream.done).warnings) console.error(warning);
} finally {
  await engine.close();
}
