"""Muon: momentum whose update of a matrix is made orthogonal, so that every direction of it learns at one speed.

Idea and coefficients: Keller Jordan et al., "Muon: An optimizer for hidden layers in neural networks" (2024). Embeddings
and vectors stay with AdamW.
"""

import torch

QUINTIC = (3.4445, -4.7750, 2.0315)


def orthogonal(matrix, steps=5):
    """The nearest orthogonal matrix, roughly: singular values end between 0.7 and 1.2. Newton-Schulz iteration."""
    a, b, c = QUINTIC
    wide = matrix.shape[0] <= matrix.shape[1]
    x = (matrix if wide else matrix.T).bfloat16()
    x = x / (x.norm() + 1e-7)
    for _ in range(steps):
        gram = x @ x.T
        x = a * x + (b * gram + c * gram @ gram) @ x
    return (x if wide else x.T).to(matrix.dtype)


class Muon(torch.optim.Optimizer):
    """For matrices (out, in) only. Stacked matrices, such as q, k and v in one, are given by their heights in `parts`."""

    def __init__(self, groups, lr, momentum=0.95, weight_decay=0.0):
        super().__init__(groups, {"lr": lr, "momentum": momentum, "weight_decay": weight_decay, "parts": None})

    @torch.no_grad()
    def step(self):
        for group in self.param_groups:
            for parameter in group["params"]:
                average = self.state[parameter].setdefault("average", torch.zeros_like(parameter))
                average.lerp_(parameter.grad, 1 - group["momentum"])
                ahead = parameter.grad.lerp(average, group["momentum"])
                parameter.mul_(1 - group["lr"] * group["weight_decay"])
                update = torch.cat([self.scaled(part) for part in ahead.split(group["parts"] or ahead.shape[0])])
                parameter.add_(update, alpha=-group["lr"])

    @staticmethod
    def scaled(part):
        """Tall matrices change more, so that the outputs of all change alike."""
        return orthogonal(part) * max(1, part.shape[0] / part.shape[1]) ** 0.5
