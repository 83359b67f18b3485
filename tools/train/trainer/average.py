"""Averages a run's last state with another one: python3 average.py WORK_FOLDER OTHER_CHECKPOINT OWN_SHARE.

For a run that began with that other checkpoint: what lies between two ends of one training is often better than both
(Wortsman and others 2022, "Model soups"). Writes the weights as train.py does, and average.json, which the card tells of.
"""

import json
import sys
from pathlib import Path

import torch

from data import Conversations
from model import Ember, Shape
from train import export, held_out_loss


def average(folder, other_checkpoint, own_share):
    recipe = json.loads((folder / "recipe.json").read_text())
    own, other = (torch.load(path, map_location="cpu") for path in (folder / "checkpoint.pt", other_checkpoint))
    model = Ember(Shape(**recipe["shape"]))
    model.load_state_dict({name: torch.lerp(other["model"][name], weight, own_share) for name, weight in own["model"].items()})
    export(model, folder)
    loss = held_out_loss(model, Conversations(folder / "held-out"), recipe, torch.device("cpu"))
    facts = {"ownShare": own_share, "otherTokens": other["tokens"], "heldOutLoss": round(loss, 4)}
    (folder / "average.json").write_text(json.dumps(facts))
    print(facts)


if __name__ == "__main__":
    if len(sys.argv) != 4:
        raise SystemExit("usage: python3 average.py WORK_FOLDER OTHER_CHECKPOINT OWN_SHARE")
    average(Path(sys.argv[1]), Path(sys.argv[2]), float(sys.argv[3]))
