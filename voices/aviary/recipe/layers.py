"""What the transformers of the codec and of the language model share. (Their norms differ
in where they round to bf16.)"""

import torch
import torch.nn as nn
import torch.nn.functional as F


def rope_tables(length, head_dim, theta, device):
    """Cosines and sines, both [length, head_dim]."""
    frequency = theta ** (-torch.arange(0, head_dim, 2, device=device).float() / head_dim)
    angle = torch.arange(length, device=device).float()[:, None] * frequency
    angle = torch.cat([angle, angle], -1)
    return angle.cos(), angle.sin()


def rotate(x, cos, sin):
    half = x.shape[-1] // 2
    x = x.float()
    return x * cos + torch.cat([-x[..., half:], x[..., :half]], -1) * sin


class Mlp(nn.Module):
    def __init__(self, width, inner):
        super().__init__()
        self.gate_proj = nn.Linear(width, inner, bias=False)
        self.up_proj = nn.Linear(width, inner, bias=False)
        self.down_proj = nn.Linear(inner, width, bias=False)

    def forward(self, x):
        return self.down_proj(F.silu(self.gate_proj(x)) * self.up_proj(x))
