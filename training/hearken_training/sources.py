"""The list of clips the accurate model learns from: ../shared/speech, what tools/extract_speech.py wrote, machine labels.

Columns: id, corpus, split, seconds, speaker, text (normalised), path. Speakers of the dev sets dev-clean-8 and dev-other-3 never train.
"""
from collections import Counter

from .data import read_manifest
from .text import normalise

DEV_SPEAKERS = {
    "librispeech-dev-clean": ("dev-clean-8", {"1272", "1462", "1673", "1919", "1988", "2035", "2078", "2086"}),
    "librispeech-dev-other": ("dev-other-3", {"116", "1255", "1650"}),
}
# Recordings that are no transcribed speech; texts that voters rejected.
LEFT_OUT = {"noise-ambient", "noise-speech-commands", "rir", "commonvoice-invalidated"}
NOISES = 600
FIELDS = ["id", "corpus", "split", "seconds", "speaker", "text", "path"]


def shared_rows(speech, audio):
    """Clips of the shared tars, unpacked to `audio`."""
    for r in read_manifest(speech / "manifest.tsv"):
        yield {**r, "path": audio / r["corpus"] / r["split"] / f"{r['id']}.opus"}


def extracted_rows(extracted, labels, least_logprob, most_silence):
    """Clips of tools/extract_speech.py; those without a text have one of the machine `labels` where it is sure enough."""
    files = {(p.parent.name, p.stem): p for p in extracted.glob("*/*")}
    labelled = {r["id"]: r for r in read_manifest(labels)} if labels else {}
    for r in read_manifest(extracted / "manifest.tsv"):
        if r["corpus"] in LEFT_OUT:
            continue
        row = {**r, "split": "train", "path": files.get((r["corpus"], r["id"]))}
        if r["corpus"] in DEV_SPEAKERS:
            name, speakers = DEV_SPEAKERS[r["corpus"]]
            if r["id"].split("-")[0] in speakers:
                row.update(corpus=name, split="dev")
        label = labelled.get(r["id"])
        if not r["text"] and label and float(label["logprob"]) >= least_logprob and float(label["no_speech"]) <= most_silence:
            row["text"] = label["text"]
        yield row


def write_table(rows, out):
    """Keeps rows with a file and a text of plain words, each id once, adds clips of nothing but noise; returns hours by corpus and split."""
    seen, hours, lines = set(), Counter(), []
    for row in rows:
        words = normalise(row["text"] or "")
        if not words or not row["path"] or row["id"] in seen:
            continue
        seen.add(row["id"])
        hours[row["corpus"], row["split"]] += float(row["seconds"]) / 3600
        lines.append([str(row[f]) if f != "text" else " ".join(words) for f in FIELDS])
    lines += [[f"noise-{i:04d}", "noise", "train", "6", "", "", ""] for i in range(NOISES)]
    out.write_text("".join("\t".join(line) + "\n" for line in [FIELDS, *lines]), encoding="utf-8")
    return hours
