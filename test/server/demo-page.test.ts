import { existsSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { resolve } from 'node:path';
import { expect } from 'chai';
import { type Browser, chromium, type Page } from 'playwright-core';
import { type RunningServer, startServer } from '../../server/index.js';
import { Engine } from '../../src/index.js';
import { concat, samplesOf } from '../support/audio.js';
import { DATA, ROOT } from '../support/shared.js';
import { s16, wav } from '../support/wav.js';

const CHROMIUM = process.env.HEARKEN_CHROMIUM ?? '/usr/bin/chromium';
const SHORT = resolve(DATA, 'libri-3526-176653-0051.wav');
const TEXT = 'said the little fellow panting in sympathy';
const FLAGS = [
  '--no-sandbox',
  '--disable-gpu',
  '--disable-quic',
  '--disable-background-networking',
  '--disable-component-update',
  '--disable-sync',
  '--use-fake-device-for-media-stream',
];

describe('demo page in a browser', function () {
  this.timeout(120_000);
  let engine: Engine;
  let server: RunningServer;
  let directory: string;
  let browser: Browser;
  let page: Page;

  before(async function () {
    if (!existsSync(CHROMIUM)) {
      console.log(
        `      skipped: no Chromium at ${CHROMIUM} (Debian: apt-get install chromium; or set HEARKEN_CHROMIUM)`,
      );
      this.skip();
    }
    directory = mkdtempSync(resolve(tmpdir(), 'hearken-demo-'));
    // The fake microphone plays this over and over: the clip, then silence that ends the segment.
    const voice = concat([new Float32Array(8000), await samplesOf(SHORT), new Float32Array(48_000)]);
    writeFileSync(resolve(directory, 'voice.wav'), wav({ data: s16(voice) }));
    engine = await Engine.load({ workers: 1 });
    server = await startServer(engine, { port: 0 });
    browser = await chromium.launch({
      executablePath: CHROMIUM,
      args: [...FLAGS, '--use-fake-ui-for-media-stream', `--use-file-for-fake-audio-capture=${directory}/voice.wav`],
    });
  });
  after(async () => {
    await browser?.close();
    await server?.close();
    await engine?.close();
    if (directory) rmSync(directory, { recursive: true });
  });
  beforeEach(async () => {
    page = await browser.newPage();
    page.on('pageerror', (error) => {
      throw error;
    });
    await page.goto(`http://127.0.0.1:${server.port}/`);
  });
  afterEach(() => page.close());

  it('captions the microphone', async () => {
    await page.getByRole('button', { name: 'Start' }).press('Enter');
    await page.locator('#segments li').first().waitFor({ timeout: 60_000 });
    expect(await page.getByRole('status').textContent()).to.equal('Listening');
    await page.getByRole('button', { name: 'Stop' }).press('Enter');
    await page.getByRole('button', { name: 'Start' }).waitFor();
    const said = (await page.locator('#segments li').allTextContents()).join(' ');
    expect(said).to.include('little fellow panting in sympathy');
    expect(await page.locator('#segments span').first().getAttribute('title')).to.match(/^\d.* s, confidence \d+ %$/);
    const waiting = page.waitForEvent('download');
    await page.getByRole('button', { name: 'Download srt' }).click();
    const stream = await (await waiting).createReadStream();
    let srt = '';
    for await (const chunk of stream) srt += String(chunk);
    expect(srt).to.match(/^1\n00:00:\d\d,\d{3} --> 00:00:\d\d,\d{3}\n/);
    if (process.env.HEARKEN_SCREENSHOT) await page.screenshot({ path: process.env.HEARKEN_SCREENSHOT, fullPage: true });
    await page.getByRole('button', { name: 'Clear' }).click();
    expect(await page.locator('#segments li').count()).to.equal(0);
  });

  it('transcribes a recording', async () => {
    await page.locator('#file').setInputFiles(SHORT);
    await page.locator('#segments li').first().waitFor();
    expect(await page.locator('#segments').textContent()).to.include(TEXT);
    await page.locator('#file').setInputFiles(resolve(ROOT, 'package.json'));
    await page.getByRole('alert').waitFor();
    expect(await page.getByRole('alert').textContent()).to.match(/not audio|container/);
  });

  it('says what is wrong when there is no microphone', async () => {
    await page.evaluate(() => {
      navigator.mediaDevices.getUserMedia = () => Promise.reject(new DOMException('none', 'NotFoundError'));
    });
    await page.getByRole('button', { name: 'Start' }).click();
    await page.getByRole('alert').waitFor();
    expect(await page.getByRole('alert').textContent()).to.equal('There is no microphone.');
    expect(await page.getByRole('button', { name: 'Start' }).isEnabled()).to.equal(true);
  });

  it('fits a narrow screen', async () => {
    await page.setViewportSize({ width: 320, height: 600 });
    expect(await page.evaluate(() => document.documentElement.scrollWidth)).to.be.at.most(320);
  });
});
