import { expect } from 'chai';
import { HearkenError } from '../src/errors.js';
import { nearest, refuseUnknown } from '../src/unknown-names.js';

function messageOf(run: () => void): string {
  try {
    run();
  } catch (error) {
    expect(error).to.be.instanceOf(HearkenError);
    return (error as HearkenError).message;
  }
  return '';
}

describe('refuseUnknown', () => {
  const known = ['punctuation', 'partials', 'sampleRate'];

  it('with known names, or names without a value for them, does nothing', () => {
    expect(messageOf(() => refuseUnknown({ partials: true, sampleRate: undefined }, known))).to.equal('');
  });

  it('with a misspelt name says which was meant', () => {
    expect(messageOf(() => refuseUnknown({ punctuate: true }, known))).to.match(/did you mean "punctuation"/);
    expect(messageOf(() => refuseUnknown({ samplerate: 1 }, known))).to.match(/did you mean "sampleRate"/);
  });

  it('with a name like none says what there is, and where', () => {
    expect(messageOf(() => refuseUnknown({ x: 1 }, known, 'raw'))).to.equal(
      'raw: there is no option "x"; there are punctuation, partials, sampleRate',
    );
  });

  it('with what is no object refuses it', () => {
    for (const wrong of [null, 7, 'partials', []])
      expect(messageOf(() => refuseUnknown(wrong, known))).to.match(/object/);
  });
});

describe('nearest', () => {
  it('of equally near names is the first, and none where more than half of the letters differ', () => {
    expect(nearest('ab', ['ax', 'xb'])).to.equal('ax');
    expect(nearest('abcd', ['wxyz', 'axyz'])).to.equal(undefined);
    expect(nearest('', ['a'])).to.equal(undefined);
    expect(nearest('x'.repeat(1e6), ['x'.repeat(40)])).to.equal('x'.repeat(40));
  });
});
