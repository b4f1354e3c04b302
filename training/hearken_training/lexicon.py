"""Pronunciations, as the engine's own lexicon gives them (`hearken pronounce`): CMUdict without stress, derived or guessed."""
import subprocess

SIL = "SIL"
PHONES = [SIL] + (
    "AA AE AH AO AW AY B CH D DH EH ER EY F G HH IH IY JH K L M N NG OW OY P R S SH T TH UH UW V W Y Z ZH".split()
)


def pronounce_all(words, root, out, guesses=3):
    """Write `out`: word, phones and source of every word, by the built command line in `root`."""
    listed = out.with_suffix(".words")
    listed.write_text("\n".join(sorted(words)) + "\n", encoding="utf-8")
    command = ["node", root / "dist/src/cli/main.js", "pronounce", "--file", listed, "--most", str(guesses)]
    done = subprocess.run(command, stdout=subprocess.PIPE, text=True)  # exit code 1: some words have none, named on stderr
    if done.returncode not in (0, 1) or not done.stdout:
        raise RuntimeError("hearken pronounce failed; run npm ci && npm run build in the project first")
    out.write_text(done.stdout, encoding="utf-8")


def read_lexicon(path):
    """Map each word to its pronunciations, in order."""
    lexicon = {}
    for line in path.read_text(encoding="utf-8").splitlines():
        word, phones, _ = line.split("\t")
        lexicon.setdefault(word, []).append(tuple(phones.split()))
    return lexicon


def transcribe(lexicon, words, most=4):
    """Up to `most` pronunciations of each word, or None with the first unknown word."""
    prons = []
    for word in words:
        options = lexicon.get(word)
        if not options:
            return None, word
        prons.append(options[:most])
    return prons, None
