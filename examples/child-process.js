// The engine in a process of its own, as Electron and other hosts with a runtime of theirs need it:
//   node examples/child-process.js talk.mp3
import { fork } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { Engine, HearkenError } from 'hearken';

if (process.send) {
  // The child: one engine, a request a message.
  const engine = await Engine.load();
  process.on('message', async ({ id, path }) => {
    try {
      for await (const result of engine.transcribe(path)) process.send({ id, result });
      process.send({ id, done: true });
    } catch (error) {
      process.send({ id, error: error instanceof HearkenError ? error.code : String(error) });
    }
  });
  process.once('disconnect', () => engine.close());
} else {
  // The parent. In Electron: child_process.fork with execPath of a Node, or utilityProcess.fork.
  const [path = 'examples/data/sample.wav'] = process.argv.slice(2);
  const child = fork(fileURLToPath(import.meta.url));
  child.on('message', ({ result, done, error }) => {
    if (result?.type === 'final') console.log(result.text);
    if (error) console.error(error);
    if (done || error) child.disconnect();
  });
  child.send({ id: 1, path });
}
