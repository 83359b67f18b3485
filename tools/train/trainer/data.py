"""The encoded corpus, and batches of conversations of like length, so that next to nothing is padding."""

import numpy
import torch

IGNORED = -100
"""The target that no loss counts; PyTorch's own default."""
LEARNT_STEP = 512


class Conversations:
    """Reads what `encode.ts` wrote: tokens and whether each is to be learnt, one after another, and where each starts."""

    def __init__(self, folder):
        self.tokens = numpy.fromfile(folder / "tokens.bin", dtype=numpy.uint16)
        self.learn = numpy.fromfile(folder / "learn.bin", dtype=numpy.uint8)
        self.ends = numpy.fromfile(folder / "ends.bin", dtype=numpy.uint32).astype(numpy.int64)
        self.starts = numpy.concatenate(([0], self.ends[:-1]))
        self.lengths = self.ends - self.starts

    def batch(self, indices, device):
        """ids (B, T), padded at the end; places (N) in (B, T) flattened whose next token is to be learnt; targets (N).

        T and N are rounded up, since a CPU's matrix library prepares itself anew for every new shape. What pads
        `targets` is IGNORED.
        """
        lengths = self.lengths[indices]
        ids = numpy.zeros((len(indices), padded_length(lengths.max()) + 1), dtype=numpy.int64)
        learn = numpy.zeros(ids.shape, dtype=bool)
        for row, index in enumerate(indices):
            span = slice(self.starts[index], self.ends[index])
            ids[row, : lengths[row]] = self.tokens[span]
            learn[row, : lengths[row]] = self.learn[span]
        (learnt,) = learn[:, 1:].reshape(-1).nonzero()
        size = -(-len(learnt) // LEARNT_STEP) * LEARNT_STEP
        places = numpy.zeros(size, dtype=numpy.int64)
        targets = numpy.full(size, IGNORED, dtype=numpy.int64)
        places[: len(learnt)] = learnt
        targets[: len(learnt)] = ids[:, 1:].reshape(-1)[learnt]
        return tuple(torch.from_numpy(one).to(device) for one in (ids[:, :-1].copy(), places, targets))

    def batches(self, seed, tokens_per_batch):
        """One epoch's lists of indices, in random order; a list holds conversations of one padded length.

        Each list is full; what is left over in an epoch waits for another.
        """
        random = numpy.random.default_rng(seed)
        order = random.permutation(len(self.lengths))
        padded = numpy.array([padded_length(length) for length in self.lengths[order]])
        lists = []
        for length in numpy.unique(padded):
            rows = max(1, tokens_per_batch // length)
            indices = order[padded == length]
            lists += [indices[i : i + rows] for i in range(0, len(indices) - rows + 1, rows)]
        return [lists[i] for i in random.permutation(len(lists))]


def padded_length(length):
    """The places that a conversation's tokens but the last take: steps of 16, later 32 and 64."""
    step = 16 if length <= 256 else 32 if length <= 512 else 64
    return int(-(-(length - 1) // step) * step)
