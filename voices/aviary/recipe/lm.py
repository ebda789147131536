"""The language model: talker and code predictor, with the parameter names of the released
checkpoints (export.py adds the prefix `talker.` to the state dictionary's keys).

A frame is GROUPS codes of 80 ms; each group has its own codebook of CODEBOOK codes. Shapes: B
utterances, T rows of a sequence, N frames picked out of a batch, H the hidden size.
"""

import torch
import torch.nn as nn
import torch.nn.functional as F

from layers import Mlp, rope_tables, rotate

CODEBOOK, GROUPS = 512, 12
CFG = dict(
    hidden_size=384,
    num_hidden_layers=8,
    num_attention_heads=6,
    num_key_value_heads=2,
    head_dim=64,
    intermediate_size=896,
    text_hidden_size=128,
    text_vocab_size=816,
    vocab_size=CODEBOOK + 1024,
    rms_norm_eps=1e-6,
    rope_theta=1e6,
    cp=dict(
        hidden_size=384,
        num_hidden_layers=3,
        num_attention_heads=4,
        num_key_value_heads=2,
        head_dim=64,
        intermediate_size=512,
        vocab_size=CODEBOOK,
        num_code_groups=GROUPS,
        rms_norm_eps=1e-6,
        rope_theta=1e6,
    ),
)
# Control codes, rows of the talker's codec embedding behind group 0's codes.
ENGLISH, PAD, BOS, EOS = CODEBOOK + 2, CODEBOOK + 100, CODEBOOK + 101, CODEBOOK + 102
THINK, NOTHINK, THINK_BOS, THINK_EOS = (CODEBOOK + k for k in (106, 107, 108, 109))
SPEAKER = CODEBOOK + 900  # of speaker 0; speaker i is SPEAKER + i
PHONEMES = 192  # classes of the phoneme losses: the teacher's alphabet
CTC_STEPS = 4  # phonemes that a text token may stand for in the CTC loss
LEAD = 3  # frames of silence before an utterance's codes; only the streaming layout keeps them


class RMS(nn.Module):
    def __init__(self, width, eps=1e-6):
        super().__init__()
        self.weight = nn.Parameter(torch.ones(width))
        self.eps = eps

    def forward(self, x):
        f = x.float()
        f = f * torch.rsqrt(f.square().mean(-1, keepdim=True) + self.eps)
        return (f * self.weight).to(x.dtype)


class Attention(nn.Module):
    def __init__(self, c):
        super().__init__()
        width, self.head_dim = c["hidden_size"], c["head_dim"]
        self.heads, self.kv_heads = c["num_attention_heads"], c["num_key_value_heads"]
        self.q_proj = nn.Linear(width, self.heads * self.head_dim, bias=False)
        self.k_proj = nn.Linear(width, self.kv_heads * self.head_dim, bias=False)
        self.v_proj = nn.Linear(width, self.kv_heads * self.head_dim, bias=False)
        self.o_proj = nn.Linear(self.heads * self.head_dim, width, bias=False)
        self.q_norm = RMS(self.head_dim)
        self.k_norm = RMS(self.head_dim)

    def forward(self, x, cos, sin):
        B, T, _ = x.shape
        q = self.q_norm(self.q_proj(x).view(B, T, self.heads, self.head_dim)).transpose(1, 2)
        k = self.k_norm(self.k_proj(x).view(B, T, self.kv_heads, self.head_dim)).transpose(1, 2)
        v = self.v_proj(x).view(B, T, self.kv_heads, self.head_dim).transpose(1, 2)
        q, k = rotate(q, cos, sin).to(v.dtype), rotate(k, cos, sin).to(v.dtype)
        every_head = lambda y: (
            y[:, :, None]
            .expand(B, self.kv_heads, self.heads // self.kv_heads, T, self.head_dim)
            .reshape(B, self.heads, T, self.head_dim)
        )
        y = F.scaled_dot_product_attention(q, every_head(k), every_head(v), is_causal=True)
        return self.o_proj(y.transpose(1, 2).reshape(B, T, -1))


class Layer(nn.Module):
    def __init__(self, c, drop):
        super().__init__()
        width = c["hidden_size"]
        self.input_layernorm = RMS(width)
        self.self_attn = Attention(c)
        self.post_attention_layernorm = RMS(width)
        self.mlp = Mlp(width, c["intermediate_size"])
        self.drop = drop

    def forward(self, x, cos, sin):
        y = self.self_attn(self.input_layernorm(x), cos, sin)
        x = x + F.dropout(y, self.drop, self.training)
        y = self.mlp(self.post_attention_layernorm(x))
        return x + F.dropout(y, self.drop, self.training)


class Resize(nn.Module):
    def __init__(self, inner, outer):
        super().__init__()
        self.linear_fc1 = nn.Linear(inner, inner)
        self.linear_fc2 = nn.Linear(inner, outer)

    def forward(self, x):
        return self.linear_fc2(F.silu(self.linear_fc1(x)))


class TalkerModel(nn.Module):
    def __init__(self, c, drop):
        super().__init__()
        self.layers = nn.ModuleList([Layer(c, drop) for _ in range(c["num_hidden_layers"])])
        self.norm = RMS(c["hidden_size"])
        self.codec_embedding = nn.Embedding(c["vocab_size"], c["hidden_size"])
        self.text_embedding = nn.Embedding(c["text_vocab_size"], c["text_hidden_size"])


class PredictorModel(nn.Module):
    def __init__(self, c, width, drop):
        super().__init__()
        self.layers = nn.ModuleList([Layer(c, drop) for _ in range(c["num_hidden_layers"])])
        self.norm = RMS(c["hidden_size"])
        self.codec_embedding = nn.ModuleList(
            [nn.Embedding(c["vocab_size"], width) for _ in range(c["num_code_groups"] - 1)]
        )


class Predictor(nn.Module):
    def __init__(self, c, width, drop):
        super().__init__()
        self.model = PredictorModel(c, width, drop)
        self.lm_head = nn.ModuleList(
            [
                nn.Linear(c["hidden_size"], c["vocab_size"], bias=False)
                for _ in range(c["num_code_groups"] - 1)
            ]
        )


class Talker(nn.Module):
    def __init__(self, c=CFG, drop=0.1):
        super().__init__()
        self.c = c
        self.drop = drop
        self.model = TalkerModel(c, drop)
        self.text_projection = Resize(c["text_hidden_size"], c["hidden_size"])
        self.codec_head = nn.Linear(c["hidden_size"], c["vocab_size"], bias=False)
        self.code_predictor = Predictor(c["cp"], c["hidden_size"], drop)
        for name, p in self.named_parameters():
            if p.dim() >= 2:
                nn.init.normal_(p, 0, 0.02 if "embedding" not in name else 0.03)
            elif name.endswith("bias"):
                nn.init.zeros_(p)
            if name.endswith(("o_proj.weight", "down_proj.weight")):
                nn.init.normal_(p, 0, 0.02 / (2 * c["num_hidden_layers"]) ** 0.5)

    def text(self, ids):
        """Text tokens [B, T] -> [B, T, H]."""
        return self.text_projection(self.model.text_embedding(ids))

    def frames(self, codes):
        """Frames of codes [N, GROUPS] -> the sum of their embeddings [N, H]."""
        x = self.model.codec_embedding(codes[:, 0])
        for g in range(GROUPS - 1):
            x = x + self.code_predictor.model.codec_embedding[g](codes[:, g + 1])
        return x

    def hidden(self, x, after=None):
        """Rows [B, T, H] -> the same after all layers and the norm, and after `after` layers."""
        x = F.dropout(x, self.drop, self.training)
        cos, sin = rope_tables(x.shape[1], self.c["head_dim"], self.c["rope_theta"], x.device)
        middle = None
        for i, layer in enumerate(self.model.layers):
            x = layer(x, cos, sin)
            if i + 1 == after:
                middle = x
        return self.model.norm(x), middle

    def predict(self, h, codes):
        """Talker outputs [N, H] and their frames' codes [N, GROUPS] -> logits of the groups 1 and
        up, [N, GROUPS - 1, CODEBOOK]; each sees the codes of the groups before it."""
        cp = self.code_predictor.model
        x = [h, self.model.codec_embedding(codes[:, 0])]
        x += [cp.codec_embedding[g - 1](codes[:, g]) for g in range(1, GROUPS - 1)]
        x = torch.stack([e.to(h.dtype) for e in x], 1)
        c = self.c["cp"]
        cos, sin = rope_tables(GROUPS, c["head_dim"], c["rope_theta"], x.device)
        for layer in cp.layers:
            x = layer(x, cos, sin)
        x = cp.norm(x)
        heads = torch.stack([head.weight for head in self.code_predictor.lm_head]).to(x.dtype)
        return torch.einsum("ngh,gvh->ngv", x[:, 1:], heads)
