// Voice commands by a grammar, with the tags of what was said. First build its graph:
//   npx hearken graph build examples/lights.gram -o lights
//   node examples/voice-commands.js lights command.wav
import { readFileSync } from 'node:fs';
import { Engine } from 'hearken';
import { grammarTags, parseJsgf } from 'hearken/graph';

const [graph, ...recordings] = process.argv.slice(2);
if (!graph) {
  console.error(
    'usage: node examples/voice-commands.js GRAPH RECORDING... (the first lines of this file say how a graph is built)',
  );
  process.exit(2);
}
const grammar = parseJsgf(readFileSync(new URL('lights.gram', import.meta.url), 'utf8'));
const engine = await Engine.load({ workers: 1, grammars: { lights: graph } });
try {
  for (const recording of recordings) {
    for await (const result of engine.transcribe(recording, { grammar: 'lights' })) {
      if (result.type !== 'final') continue;
      const tags = grammarTags(grammar, result.text.split(' ')); // undefined for what is no command
      console.log(tags ? `${result.text}: ${tags.join(', ')}` : `no command (${result.text})`);
    }
  }
} finally {
  await engine.close();
}
