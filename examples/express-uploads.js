// An Express app that takes recordings as request bodies and answers with their text:
//   node examples/express-uploads.js 3000
//   curl --data-binary @talk.mp3 http://127.0.0.1:3000/transcribe
import express from 'express';
import { Engine, HearkenError } from 'hearken';

const [port = '3000'] = process.argv.slice(2);
const engine = await Engine.load();
const app = express();

app.post('/transcribe', async (request, response) => {
  // The request is a stream of bytes: nothing is kept on disk, and a slow upload holds up nobody.
  const stream = engine.open(request);
  const segments = [];
  try {
    for await (const result of stream) if (result.type === 'final') segments.push(result.text);
    const { seconds } = await stream.done;
    response.json({ text: segments.join(' '), seconds });
  } catch (error) {
    if (!(error instanceof HearkenError)) throw error;
    response.status(error.code.startsWith('AUDIO') ? 415 : 500).json({ code: error.code, message: error.message });
  }
});

const server = app.listen(Number(port), '127.0.0.1', () => console.log(`listening on ${server.address().port}`));
process.once('SIGTERM', () => server.close(() => engine.close()));
