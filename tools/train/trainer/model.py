"""Ember's network: a Llama decoder (RMSNorm, rotary positions, grouped queries, SwiGLU, tied embeddings).

It is what Freehold's engine computes for GGUF's architecture `llama`, in the same layout: rotary pairs are neighbours
(0, 1), (2, 3), ...; matrices are (out, in). Shapes in comments run from outer to inner; B rows, T tokens in a row.
"""

from dataclasses import dataclass

import torch
from torch import nn
from torch.nn import functional as F

from data import IGNORED


@dataclass(frozen=True)
class Shape:
    vocabulary: int
    width: int
    layers: int
    heads: int
    kv_heads: int
    feed_forward: int
    context: int
    rope_base: float = 10000.0
    norm_epsilon: float = 1e-5

    @property
    def head_width(self) -> int:
        return self.width // self.heads


def normalise(x, epsilon):
    """RMS norm without a gain: the matrices behind it take that part, and the file gets gains of 1."""
    return x * torch.rsqrt(x.square().mean(-1, keepdim=True) + epsilon)


def rotary_table(shape: Shape):
    """Unit complex numbers (context, 1, head_width / 2): how far a position turns each pair."""
    pair = torch.arange(0, shape.head_width, 2, dtype=torch.float64) / shape.head_width
    angle = torch.arange(shape.context, dtype=torch.float64)[:, None, None] * shape.rope_base**-pair
    return torch.polar(torch.ones_like(angle), angle).to(torch.complex64)


def rotate(x, turns):
    """Turns neighbouring pairs of x (B, T, heads, head_width)."""
    pairs = torch.view_as_complex(x.float().unflatten(-1, (-1, 2)))
    return torch.view_as_real(pairs * turns).flatten(-2).to(x.dtype)


def attend(q, k, v):
    """Causal softmax(q k^T / sqrt(head_width)) v; all (B, heads, T, head_width)."""
    if q.is_cuda:
        return F.scaled_dot_product_attention(q, k, v, is_causal=True)
    # On a CPU, PyTorch 2.6's fused kernel takes 15 times as long in bf16 as these three steps (Debian's build).
    tokens = q.shape[2]
    future = torch.full((tokens, tokens), float("-inf"), dtype=q.dtype).triu(1)
    scores = (q * q.shape[-1] ** -0.5) @ k.transpose(-1, -2) + future
    return scores.softmax(-1).to(v.dtype) @ v


class Block(nn.Module):
    def __init__(self, shape: Shape):
        super().__init__()
        self.shape = shape
        self.kv_width = shape.kv_heads * shape.head_width
        self.qkv = nn.Linear(shape.width, shape.width + 2 * self.kv_width, bias=False)
        self.attention_out = nn.Linear(shape.width, shape.width, bias=False)
        self.gate_up = nn.Linear(shape.width, 2 * shape.feed_forward, bias=False)
        self.down = nn.Linear(shape.feed_forward, shape.width, bias=False)

    def forward(self, x, turns):
        shape = self.shape
        heads = self.qkv(normalise(x, shape.norm_epsilon)).unflatten(-1, (-1, shape.head_width))
        qk, v = heads.split((shape.heads + shape.kv_heads, shape.kv_heads), 2)
        q, k = rotate(qk, turns).split((shape.heads, shape.kv_heads), 2)
        group = shape.heads // shape.kv_heads
        k, v = (one.repeat_interleave(group, 2) for one in (k, v))
        mixed = attend(q.transpose(1, 2), k.transpose(1, 2), v.transpose(1, 2))
        x = x + self.attention_out(mixed.transpose(1, 2).flatten(2))
        gate, up = self.gate_up(normalise(x, shape.norm_epsilon)).chunk(2, -1)
        return x + self.down(F.silu(gate) * up)


class Ember(nn.Module):
    def __init__(self, shape: Shape):
        super().__init__()
        self.shape = shape
        self.embedding = nn.Embedding(shape.vocabulary, shape.width)
        self.blocks = nn.ModuleList(Block(shape) for _ in range(shape.layers))
        self.gain = nn.Parameter(torch.ones(shape.width))
        self.register_buffer("turns", rotary_table(shape), persistent=False)
        self.apply(self.initialise)

    def initialise(self, module):
        """Normal weights; what writes into the residual stream starts smaller, by its depth (GPT-2)."""
        if isinstance(module, nn.Embedding):
            nn.init.normal_(module.weight, std=0.02)
        if isinstance(module, Block):
            for linear in (module.qkv, module.gate_up):
                nn.init.normal_(linear.weight, std=self.shape.width**-0.5)
            for linear in (module.attention_out, module.down):
                nn.init.normal_(linear.weight, std=(linear.in_features * 2 * self.shape.layers) ** -0.5)

    def forward(self, ids):
        """The hidden states (B, T, width) that the logits come from; ids (B, T)."""
        x = self.embedding(ids)
        turns = self.turns[: ids.shape[1]]
        for block in self.blocks:
            x = block(x, turns)
        return normalise(x, self.shape.norm_epsilon) * self.gain

    def loss(self, ids, places, targets):
        """Summed cross-entropy of what is to be learnt; only those places get logits. Shapes: see `data.py`."""
        logits = F.linear(self(ids).flatten(0, 1)[places], self.embedding.weight)
        return F.cross_entropy(logits.float(), targets, ignore_index=IGNORED, reduction="sum")


def gguf_tensors(model: Ember):
    """The weights under GGUF's names, f32, each (out, in) or (width)."""
    ones = torch.ones(model.shape.width)
    yield "token_embd.weight", model.embedding.weight
    for i, block in enumerate(model.blocks):
        q, k, v = block.qkv.weight.split((model.shape.width, block.kv_width, block.kv_width))
        gate, up = block.gate_up.weight.chunk(2)
        yield from (
            (f"blk.{i}.attn_norm.weight", ones),
            (f"blk.{i}.attn_q.weight", q),
            (f"blk.{i}.attn_k.weight", k),
            (f"blk.{i}.attn_v.weight", v),
            (f"blk.{i}.attn_output.weight", block.attention_out.weight),
            (f"blk.{i}.ffn_norm.weight", ones),
            (f"blk.{i}.ffn_gate.weight", gate),
            (f"blk.{i}.ffn_up.weight", up),
            (f"blk.{i}.ffn_down.weight", block.down.weight),
        )
    yield "output_norm.weight", model.gain
