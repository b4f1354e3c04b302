import { resolve } from 'node:path';
import { expect } from 'chai';
import type { LoadReport } from '../../src/cli/load.js';
import { hearken } from '../support/cli.js';
import { DATA } from '../support/shared.js';

const SHORT = resolve(DATA, 'libri-3526-176653-0051.wav');
const TEXT = 'said the little fellow panting in sympathy\n';

describe('live commands', function () {
  this.timeout(60_000);

  it('stream sends a recording, as fast as it goes or at the pace of speech', () => {
    expect(hearken('stream', SHORT)).to.include({ out: TEXT, status: 0 });
    const began = performance.now();
    expect(hearken('stream', SHORT, '--realtime', '--phrase', 'painting=16').out).to.include('painting');
    expect(performance.now() - began).to.be.above(2500);
  });

  it('mic captions what a recorder writes', () => {
    const { out, err, status } = hearken('mic', '--recorder', `tail -c +45 ${SHORT}`);
    expect({ out, status }).to.deep.equal({ out: TEXT, status: 0 });
    expect(err).to.include('listening through tail');
    expect(hearken('mic', '--recorder', 'no-such-recorder')).to.include({ out: '', status: 1 });
  });

  it('load tells the latencies of streams at a time', () => {
    const { out, status } = hearken('load', SHORT, '-n', '2', '-s', '1', '--json');
    expect(status).to.equal(0);
    const report = JSON.parse(out) as LoadReport;
    expect(report).to.deep.include({ streams: 2, failures: [] });
    expect(report.audioSeconds).to.be.within(3, 9);
    expect(report.final.p95).to.be.above(0);
    expect(report.partial.median).to.be.at.least(0);
  });

  it('say when there is no server', () => {
    const { err, status } = hearken('load', SHORT, '-n', '1', '-s', '1', '--url', 'ws://127.0.0.1:9/v1/stream');
    expect(status).to.equal(1);
    expect(err).to.not.include('internal error');
  });
});
