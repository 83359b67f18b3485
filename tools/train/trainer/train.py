"""Trains Ember: python3 train.py WORK_FOLDER [CHECKPOINT]; the folder holds recipe.json and the encoded corpus (see
../README.md). With the checkpoint of another run of the same shape and vocabulary, it begins where that run stood.

Writes there: log.jsonl (a line a report), checkpoint.pt (it goes on from there if it is found) and weights.bin with
weights.json (f32, under GGUF's names). On a GPU it computes in bf16 there; on a CPU in bf16 where that is fast.
"""

import itertools
import json
import math
import sys
import time
from pathlib import Path

import torch

from data import IGNORED, Conversations
from model import Ember, Shape, gguf_tensors
from muon import Muon

SECONDS_BETWEEN_CHECKPOINTS = 240


def optimizers(model, recipe):
    """Muon for the matrices of the blocks, AdamW for the rest; each with the peak rate that the recipe gives it."""
    shape = model.shape
    stacked = {"qkv": [shape.width, *[model.blocks[0].kv_width] * 2], "gate_up": [shape.feed_forward] * 2}
    groups = [
        {"params": [linear.weight], "parts": stacked.get(name)}
        for block in model.blocks
        for name, linear in block.named_children()
    ]
    rest = [model.embedding.weight, model.gain]
    return (
        Muon(groups, lr=recipe["matrixLearningRate"], weight_decay=recipe["weightDecay"]),
        torch.optim.AdamW(rest, lr=recipe["embeddingLearningRate"], betas=(0.9, 0.98), weight_decay=0.0),
    )


def rate(tokens, recipe):
    """The share of the peak learning rate: a short rise, a plateau, then down in a line to nothing."""
    done = tokens / recipe["trainingTokens"]
    return max(0.0, min(1.0, (tokens + 1) / recipe["warmupTokens"], (1 - done) / recipe["decayShare"]))


def learnt(targets):
    return int((targets != IGNORED).sum())


def held_out_loss(model, conversations, recipe, device):
    loss, count = 0.0, 0
    for indices in conversations.batches(0, recipe["heldOutTokensPerBatch"]):
        ids, places, targets = conversations.batch(indices, device)
        with torch.no_grad(), torch.autocast(device.type, torch.bfloat16):
            loss += float(model.loss(ids, places, targets))
        count += learnt(targets)
    return loss / count


def endless(conversations, recipe):
    """Every epoch's batches, one epoch after another, as (epoch, indices)."""
    for epoch in itertools.count(1):
        for indices in conversations.batches([recipe["seed"], epoch], recipe["tokensPerBatch"]):
            yield epoch, indices


def train(folder, begin_with=None):
    recipe = json.loads((folder / "recipe.json").read_text())
    device = torch.device("cuda" if torch.cuda.is_available() else "cpu")
    torch.manual_seed(recipe["seed"])
    conversations, held_out = Conversations(folder / "train"), Conversations(folder / "held-out")
    model = Ember(Shape(**recipe["shape"])).to(device)
    both = optimizers(model, recipe)
    peaks = [[group["lr"] for group in one.param_groups] for one in both]
    tokens, taken, seconds = 0, 0, 0.0
    checkpoint = folder / "checkpoint.pt"
    begin = checkpoint if checkpoint.exists() else begin_with
    if begin:
        saved = torch.load(begin, map_location=device)
        model.load_state_dict(saved["model"])
        for one, state in zip(both, saved["optimizers"]):
            one.load_state_dict(state)
        tokens, seconds = saved["tokens"], saved["seconds"]
        # Another run's batches were another corpus' batches.
        taken = saved["taken"] if begin == checkpoint else 0
        print(f"goes on at {tokens:,} tokens", flush=True)
    stream = itertools.islice(endless(conversations, recipe), taken, None)
    started = saved_at = time.monotonic()
    seconds_before = seconds
    reported = tokens
    last_loss, last_count = 0.0, 0
    parameters = sum(one.numel() for one in model.parameters())
    print(f"{parameters:,} parameters on {device}, {conversations.ends[-1]:,} tokens in the corpus", flush=True)
    while tokens < recipe["trainingTokens"]:
        batches, places = [], 0
        while places < recipe["tokensPerStep"]:
            epoch, indices = next(stream)
            batches.append(conversations.batch(indices, device))
            places += batches[-1][0].numel()
        taken += len(batches)
        count = sum(learnt(targets) for _, _, targets in batches)
        for batch in batches:
            with torch.autocast(device.type, torch.bfloat16):
                loss = model.loss(*batch)
            (loss / count).backward()
            last_loss += float(loss.detach())
        last_count += count
        torch.nn.utils.clip_grad_norm_(model.parameters(), 1.0)
        share = rate(tokens, recipe)
        for one, peak in zip(both, peaks):
            for group, lr in zip(one.param_groups, peak):
                group["lr"] = lr * share
            one.step()
            one.zero_grad()
        tokens += places
        seconds = seconds_before + time.monotonic() - started
        finished = tokens >= recipe["trainingTokens"]
        if tokens >= reported + recipe["reportTokens"] or finished:
            reported = tokens
            line = {
                "tokens": tokens,
                "epoch": epoch,
                "trainLoss": round(last_loss / last_count, 4),
                "heldOutLoss": round(held_out_loss(model, held_out, recipe, device), 4),
                "seconds": round(seconds),
                "tokensPerSecond": round(tokens / seconds),
            }
            last_loss, last_count = 0.0, 0
            if not math.isfinite(line["heldOutLoss"]):
                raise SystemExit("The loss is no number any more: lower the learning rates in the recipe.")
            with (folder / "log.jsonl").open("a") as log:
                log.write(json.dumps(line) + "\n")
            print(json.dumps(line), flush=True)
        if time.monotonic() - saved_at > SECONDS_BETWEEN_CHECKPOINTS or finished:
            saved_at = time.monotonic()
            state = {"model": model.state_dict(), "optimizers": [one.state_dict() for one in both]}
            torch.save({**state, "tokens": tokens, "taken": taken, "seconds": seconds}, f"{checkpoint}.new")
            Path(f"{checkpoint}.new").replace(checkpoint)
            export(model, folder)


def export(model, folder):
    """Writes the weights as f32, one after another, and a table of their names and shapes."""
    table = []
    with (folder / "weights.bin").open("wb") as file:
        for name, tensor in gguf_tensors(model):
            file.write(tensor.detach().float().cpu().contiguous().numpy().tobytes())
            table.append({"name": name, "shape": list(tensor.shape)})
    (folder / "weights.json").write_text(json.dumps(table))
    (folder / "average.json").unlink(missing_ok=True)


if __name__ == "__main__":
    if len(sys.argv) not in (2, 3):
        raise SystemExit("usage: python3 train.py WORK_FOLDER [CHECKPOINT]")
    train(*map(Path, sys.argv[1:]))
