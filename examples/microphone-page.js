// A page of your own with captions of the microphone: node examples/microphone-page.js, then open the address it prints.
// The recogniser's server gives the page its client library, and takes the audio.
import { createServer } from 'node:http';
import { Engine } from 'hearken';
import { startServer } from 'hearken/server';

const PAGE = (port) => `<!doctype html>
<title>Captions</title>
<button id="start">Start</button>
<p id="final"></p><p id="open" style="color: gray"></p>
<script type="module">
  import { HearkenClient, openMicrophone } from 'http://127.0.0.1:${port}/client/index.js';
  document.querySelector('#start').onclick = async () => {
    let client;
    const microphone = await openMicrophone({ onAudio: (bytes) => client?.send(bytes) });
    client = await HearkenClient.connect('ws://127.0.0.1:${port}/v1/stream', { sampleRate: microphone.sampleRate });
    for await (const result of client) {
      if (result.type === 'partial') document.querySelector('#open').textContent = result.stable + ' ' + result.unstable;
      if (result.type === 'final') document.querySelector('#final').textContent += ' ' + result.text;
    }
  };
</script>`;

const [port = '3000'] = process.argv.slice(2);
const engine = await Engine.load();
const pages = createServer((_, response) => response.setHeader('content-type', 'text/html').end(PAGE(recogniser.port)));
await new Promise((done) => pages.listen(Number(port), '127.0.0.1', done));
const address = `http://127.0.0.1:${pages.address().port}`;
// Pages from elsewhere must be named before their scripts may connect.
const recogniser = await startServer(engine, { port: 0, origins: [address] });
console.log(`open ${address}`);
process.once('SIGTERM', async () => {
  pages.close();
  await recogniser.close();
  await engine.close();
});
