"""LF-MMI training with resumable checkpoints, EMA weights, a log of every update and validation after every epoch."""
import copy
import json
import queue
import sys
import threading
import time
from pathlib import Path

import numpy as np
import torch

from .data import Batches, phone_sequences
from .lexicon import PHONES
from .lfmmi import LFMMI, PhoneTrigram
from .model import AcousticModel, trained
from .units import left_biphones
from .warm_start import grow, widen_outputs


def learning_rate(step, total, peak, warm_up):
    """One cycle: linear up, cosine down to 1 % of the peak."""
    at = step / total
    if at < warm_up:
        return peak * (0.04 + 0.96 * at / warm_up)
    return peak * (0.01 + 0.99 * 0.5 * (1 + np.cos(np.pi * (at - warm_up) / (1 - warm_up))))


def prefetch(batches, start):
    """Batches start.. in order, loaded one thread ahead."""
    q = queue.Queue(4)

    def work():
        for i in range(start, len(batches)):
            q.put(batches.load(i))
        q.put(None)

    threading.Thread(target=work, daemon=True).start()
    while (item := q.get()) is not None:
        yield item


def precision():
    """bf16 products where the processor has units for them; elsewhere they are emulated, many times slower than fp32."""
    flags = Path("/proc/cpuinfo").read_text() if Path("/proc/cpuinfo").exists() else ""
    return torch.autocast("cpu", torch.bfloat16, enabled="avx512_bf16" in flags or "amx_bf16" in flags)


def outputs_of(lengths):
    return [(n + 2) // 3 for n in lengths]


def scores_of(model, feats):
    """Log-likelihoods [B, T/3, outputs] of a batch of features, in fp32."""
    with precision():
        y = model.aligned(torch.from_numpy(feats))
    return y.float()


def validate(model, corpus, clips, units, trigram, batch_frames):
    """Objective per output frame on clips without augmentation."""
    model.eval()
    loss, frames = 0.0, 0
    batches = Batches(corpus, clips, units, batch_frames, 0, training=False)
    with torch.no_grad():
        for feats, lengths, numerators in prefetch(batches, 0):
            y = scores_of(model, feats)
            loss += LFMMI.apply(y, outputs_of(lengths), numerators, trigram, units).item()
            frames += sum(outputs_of(lengths))
    model.train()
    return -loss / frames


def teacher_of(path):
    """A trained model whose outputs another one learns from."""
    saved = torch.load(path)
    config = saved.get("config") or json.loads((Path(__file__).parent.parent / "config.json").read_text())
    return trained(saved, config["model"])


def taught_scores(teachers, feats):
    """What a student is to learn: the mean of its teachers' scores [B, T/3, outputs]."""
    with torch.no_grad():
        return sum(scores_of(teacher, feats) for teacher in teachers) / len(teachers)


def distillation(y, wanted, lengths):
    """Sum over frames of the divergence of the softmax of `y` from that of the teacher's scores."""
    total = 0
    for i, frames in enumerate(lengths):
        target = torch.log_softmax(wanted[i, :frames], 1)
        total = total + torch.nn.functional.kl_div(torch.log_softmax(y[i, :frames], 1), target, log_target=True, reduction="sum")
    return total


def stalled(log, patience):
    """Whether the objective on dev clips was best more than `patience` epochs ago, by the log of a run."""
    valid = [entry["valid"] for entry in map(json.loads, log.read_text().splitlines()) if "valid" in entry]
    return len(valid) > patience and max(valid[-patience:]) <= max(valid[:-patience])


def train(corpus, config, out, initial=None, max_epochs=None, units=None, teachers=()):
    """Train to `config`, writing checkpoints and log.jsonl under `out`; goes on from a checkpoint found there. A flat start counts
    its units unless it is given some. With `teachers` (checkpoints with the same units), the mean of their scores on the
    same augmented features is learnt too, `distill` times as much as the objective."""
    settings = config["train"]
    out.mkdir(parents=True, exist_ok=True)
    torch.manual_seed(config["seed"])
    clips = corpus.split("train")
    usable = corpus.pronounced()
    valid = [c for c in corpus.split("dev") if c["prons"] is not None][::6]
    sequences = list(phone_sequences(usable, config["silence_between_words"], config["seed"]))
    trigram = PhoneTrigram(sequences, len(PHONES))
    checkpoint = out / "checkpoint.pt"
    saved = torch.load(checkpoint) if checkpoint.exists() else None
    start = saved or (torch.load(initial) if initial else {})
    if "units" in start:
        units = start["units"]
    elif units is None:
        units = left_biphones(sequences, len(PHONES), config["context_count"])
    model = AcousticModel(config["model"], 2 * (int(units.max()) + 1))
    average = copy.deepcopy(model)
    print(f"{len(usable)} of {len(clips)} clips, {units.max() + 1} units, {sum(p.numel() for p in model.parameters())/1e6:.2f} M parameters")
    optimiser = torch.optim.AdamW(model.parameters(), weight_decay=settings["weight_decay"])
    step, epoch, first = 0, 0, 0
    if saved:
        model.load_state_dict(saved["model"])
        average.load_state_dict(saved["average"])
        optimiser.load_state_dict(saved["optimiser"])
        step, epoch, first = saved["step"], saved["epoch"], saved["batch"]
        print(f"resuming at epoch {epoch} batch {first}")
    elif initial:
        model.load_state_dict(grow(widen_outputs(start["average"], units), model))
        average = copy.deepcopy(model)

    def save(epoch, batch):
        state = {"model": model.state_dict(), "average": average.state_dict(), "optimiser": optimiser.state_dict()}
        torch.save({**state, "step": step, "epoch": epoch, "batch": batch, "units": units, "config": config}, out / "tmp.pt")
        (out / "tmp.pt").rename(checkpoint)

    def keep(at):
        """The averaged weights beside the checkpoint: which are best is decided by word errors, not by the objective."""
        torch.save({"average": average.state_dict(), "units": units, "config": config}, out / f"average-{at:.1f}.pt")

    elders = [teacher_of(path) for path in teachers]
    log = open(out / "log.jsonl", "a")
    model.train()
    while epoch < (max_epochs or settings["epochs"]):
        if first == 0 and stalled(out / "log.jsonl", settings["patience"]):
            print(f"stopped early: no better for {settings['patience']} epochs")
            break
        batches = Batches(corpus, clips, units, settings["batch_frames"], config["seed"] + epoch)
        progress = epoch + first / len(batches)
        seen, total, began = 0, 0.0, time.time()
        for i, (feats, lengths, numerators) in enumerate(prefetch(batches, first), first):
            rate = learning_rate(epoch + i / len(batches), settings["epochs"], settings["learning_rate"], settings["warm_up"])
            for group in optimiser.param_groups:
                group["lr"] = rate
            y = scores_of(model, feats)
            frames = outputs_of(lengths)
            mmi = LFMMI.apply(y, frames, numerators, trigram, units, settings["boost"])
            loss = (mmi + settings["output_l2"] * y.square().sum()) / sum(frames)
            if elders:
                loss = loss + settings["distill"] * distillation(y, taught_scores(elders, feats), frames) / sum(frames)
            optimiser.zero_grad(set_to_none=True)
            loss.backward()
            norm = torch.nn.utils.clip_grad_norm_(model.parameters(), settings["clip"])
            if torch.isfinite(norm):
                optimiser.step()
                step += 1
                decay = min(settings["ema"], (1 + step) / (10 + step))
                with torch.no_grad():
                    for a, b in zip(average.state_dict().values(), model.state_dict().values()):
                        a.lerp_(b, 1 - decay) if a.is_floating_point() else a.copy_(b)
            total += -mmi.item()
            seen += sum(frames)
            if (i + 1) % 50 == 0:
                entry = {"epoch": epoch, "batch": i + 1, "of": len(batches), "objective": round(total / seen, 4),
                         "norm": round(float(norm), 3), "rate": rate, "seconds": round(time.time() - began, 1)}
                print(json.dumps(entry), flush=True)
                log.write(json.dumps(entry) + "\n")
                log.flush()
                seen, total, began = 0, 0.0, time.time()
            if (i + 1) % 100 == 0:
                save(epoch, i + 1)
            if i + 1 == len(batches) // 2:
                keep(epoch + 0.5)
        epoch, first = epoch + 1, 0
        save(epoch, 0)
        keep(epoch)
        entry = {"epoch": epoch, "valid": validate(average, corpus, valid, units, trigram, settings["batch_frames"])}
        average.train()
        print(json.dumps(entry), flush=True)
        log.write(json.dumps(entry) + "\n")
        log.flush()
        sys.stdout.flush()
