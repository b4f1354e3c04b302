import { HearkenClient, openMicrophone } from '/client/index.js';

const $ = (id) => document.getElementById(id);
/** Final segments, from the microphone and from files. */
const segments = [];
/** The running session, or undefined. */
let live;

const TOLD = {
  NotAllowedError: 'The microphone may not be used. Allow it for this page in the browser, then press Start again.',
  NotFoundError: 'There is no microphone.',
  NotReadableError: 'The microphone is in use by another program.',
  SERVER_BUSY: 'The server is busy. Try again in a moment.',
  SERVER_LIMIT: 'The server ended the session: a limit was reached.',
  SERVER_CLOSING: 'The server is shutting down.',
  CONNECTION_LOST: 'The connection to the server was lost. If it needs an access token, give it under Options.',
};

function tell(error) {
  $('error').textContent = TOLD[error.name] ?? TOLD[error.code] ?? error.message;
  $('error').hidden = false;
}

const clock = (seconds, mark) => {
  const ms = Math.round(seconds * 1000);
  const pad = (n, width = 2) => String(n).padStart(width, '0');
  return `${pad(Math.floor(ms / 3_600_000))}:${pad(Math.floor(ms / 60_000) % 60)}:${pad(Math.floor(ms / 1000) % 60)}${mark}${pad(ms % 1000, 3)}`;
};

function show(segment) {
  segments.push(segment);
  const item = document.createElement('li');
  const time = document.createElement('time');
  time.textContent = clock(segment.start, '.').slice(3, 8);
  item.append(time);
  for (const word of segment.words ?? []) {
    const span = document.createElement('span');
    span.textContent = `${word.text} `;
    if (word.confidence !== undefined) span.style.opacity = String(0.45 + 0.55 * word.confidence);
    span.title = `${word.start.toFixed(2)} to ${word.end.toFixed(2)} s${word.confidence === undefined ? '' : `, confidence ${Math.round(100 * word.confidence)} %`}`;
    item.append(span);
  }
  if (!segment.words?.length) item.append(segment.text);
  $('segments').append(item);
  item.scrollIntoView({ block: 'nearest' });
  enableOutputs();
}

function enableOutputs() {
  for (const button of document.querySelectorAll('#copy, #clear, [data-format]'))
    button.disabled = segments.length === 0;
}

const phrases = () =>
  $('phrases')
    .value.split('\n')
    .map((line) => line.trim())
    .filter(Boolean);
const token = () => $('token').value || undefined;

async function start() {
  $('error').hidden = true;
  $('status').textContent = 'Asking for the microphone…';
  let client;
  const microphone = await openMicrophone({
    onAudio: (bytes) => client?.send(bytes).catch(tell),
    onLevel: (level) => ($('level').value = level),
  });
  try {
    client = await HearkenClient.connect(
      `${location.protocol === 'https:' ? 'wss' : 'ws'}://${location.host}/v1/stream`,
      {
        sampleRate: microphone.sampleRate,
        encoding: 'f32le',
        phrases: phrases(),
        token: token(),
        onConnection: (state) =>
          ($('status').textContent = state === 'open' ? 'Listening' : 'Connection lost; trying again…'),
      },
    );
  } catch (error) {
    await microphone.stop();
    throw error;
  }
  microphone.start();
  live = { client, microphone };
  $('toggle').textContent = 'Stop';
  $('toggle').setAttribute('aria-pressed', 'true');
  void follow(client).catch(tell).then(stopped);
}

async function follow(client) {
  for await (const result of client) {
    if (result.type === 'partial') {
      $('stable').textContent = result.stable;
      $('unstable').textContent = result.unstable;
    } else {
      $('stable').textContent = '';
      $('unstable').textContent = '';
      if (result.type === 'final') show(result);
      else for (const warning of result.warnings) tell(new Error(warning));
    }
  }
}

async function stopped() {
  await live?.microphone.stop();
  live = undefined;
  $('level').value = 0;
  $('toggle').textContent = 'Start';
  $('toggle').setAttribute('aria-pressed', 'false');
  $('status').textContent = 'Ready';
}

async function toggle() {
  $('toggle').disabled = true;
  try {
    if (live) {
      $('status').textContent = 'Finishing…';
      await live.microphone.stop().catch(() => undefined);
      live.client.finish();
    } else await start();
  } catch (error) {
    $('status').textContent = 'Ready';
    tell(error);
  }
  $('toggle').disabled = false;
}

$('toggle').addEventListener('click', () => void toggle());

/** Upload a recording, with the share sent as it goes. */
function transcribe(file) {
  $('error').hidden = true;
  const form = new FormData();
  form.append('file', file);
  form.append('response_format', 'verbose_json');
  form.append('timestamp_granularities[]', 'segment');
  const request = new XMLHttpRequest();
  request.open('POST', '/v1/audio/transcriptions');
  if (token()) request.setRequestHeader('authorization', `Bearer ${token()}`);
  request.responseType = 'json';
  const bar = $('progress');
  bar.hidden = false;
  bar.value = 0;
  request.upload.onprogress = ({ loaded, total }) => {
    bar.value = loaded / total;
    $('status').textContent = loaded < total ? 'Sending…' : 'Transcribing…';
    if (loaded === total) bar.removeAttribute('value');
  };
  request.onloadend = () => {
    bar.hidden = true;
    $('status').textContent = live ? 'Listening' : 'Ready';
    const { status, response } = request;
    if (status === 200) for (const segment of response.segments) show(segment);
    else tell(response?.error ?? { code: 'CONNECTION_LOST' });
  };
  request.send(form);
}

$('file').addEventListener('change', ({ target }) => {
  if (target.files[0]) transcribe(target.files[0]);
});
for (const type of ['dragover', 'dragleave', 'drop'])
  $('drop').addEventListener(type, (event) => {
    event.preventDefault();
    $('drop').classList.toggle('over', type === 'dragover');
    if (type === 'drop' && event.dataTransfer.files[0]) transcribe(event.dataTransfer.files[0]);
  });

const formats = {
  txt: () => segments.map((s) => s.text).join('\n'),
  srt: () =>
    segments.map((s, i) => `${i + 1}\n${clock(s.start, ',')} --> ${clock(s.end, ',')}\n${s.text}\n`).join('\n'),
  vtt: () =>
    `WEBVTT\n\n${segments.map((s) => `${clock(s.start, '.')} --> ${clock(s.end, '.')}\n${s.text}\n`).join('\n')}`,
};

for (const button of document.querySelectorAll('[data-format]'))
  button.addEventListener('click', () => {
    const link = document.createElement('a');
    link.href = URL.createObjectURL(new Blob([`${formats[button.dataset.format]()}\n`], { type: 'text/plain' }));
    link.download = `captions.${button.dataset.format}`;
    link.click();
    URL.revokeObjectURL(link.href);
  });

$('copy').addEventListener('click', () => {
  navigator.clipboard
    .writeText(formats.txt())
    .then(() => ($('status').textContent = 'Copied'))
    .catch(tell);
});

$('clear').addEventListener('click', () => {
  segments.length = 0;
  $('segments').replaceChildren();
  enableOutputs();
});
