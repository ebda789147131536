"""The codec: the decoder of the released 12 Hz tokenizer (same parameter names), an encoder that
only training needs, residual quantisers whose codebooks follow moving averages, and the
discriminators and mel loss to train it with.

24 kHz samples in [-1, 1]; a frame is FRAME of them, 80 ms. Shapes: B crops, T frames (or steps of
whatever rate a layer runs at), C channels; audio is [B, samples], latents are [B, C, T], codes
[B, GROUPS, T] with the phonetic group 0 first.
"""

import math

import torch
import torch.nn as nn
import torch.nn.functional as F

from layers import Mlp, rope_tables, rotate

RATE, FRAME = 24000, 1920
CFG = dict(
    codebook_size=512,
    num_quantizers=12,
    codebook_dim=96,
    latent_dim=192,
    hidden_size=192,
    intermediate_size=512,
    num_hidden_layers=2,
    num_attention_heads=3,
    head_dim=64,
    sliding_window=24,
    decoder_dim=256,
    upsample_rates=(8, 5, 4, 3),
    upsampling_ratios=(2, 2),
    rms_norm_eps=1e-5,
    rope_theta=10000.0,
    layer_scale=0.1,
)
PHONEMES = 256  # classes of the phoneme loss: ids of the teacher's alphabet
ALL = 99  # more stages than a quantiser has: keep them all


# --- decoder ---------------------------------------------------------------------------------


class CausalConv(nn.Module):
    def __init__(self, inner, outer, taps, dilation=1, groups=1):
        super().__init__()
        self.conv = nn.Conv1d(inner, outer, taps, dilation=dilation, groups=groups)
        self.pad = (taps - 1) * dilation

    def forward(self, x):
        return self.conv(F.pad(x, (self.pad, 0)))


class CausalUpsample(nn.Module):
    def __init__(self, inner, outer, taps, stride):
        super().__init__()
        self.conv = nn.ConvTranspose1d(inner, outer, taps, stride=stride)
        self.cut = taps - stride

    def forward(self, x):
        x = self.conv(x)
        return x[..., : x.shape[-1] - self.cut] if self.cut else x


class ConvNeXt(nn.Module):
    def __init__(self, width):
        super().__init__()
        self.dwconv = CausalConv(width, width, 7, groups=width)
        self.norm = nn.LayerNorm(width, eps=1e-6)
        self.pwconv1 = nn.Linear(width, 4 * width)
        self.pwconv2 = nn.Linear(4 * width, width)
        self.gamma = nn.Parameter(torch.full((width,), 0.1))

    def forward(self, x):
        y = self.norm(self.dwconv(x).transpose(1, 2))
        return x + (self.gamma * self.pwconv2(F.gelu(self.pwconv1(y)))).transpose(1, 2)


class Snake(nn.Module):
    def __init__(self, width):
        super().__init__()
        self.alpha = nn.Parameter(torch.zeros(width))
        self.beta = nn.Parameter(torch.zeros(width))

    def forward(self, x):
        alpha = self.alpha.exp()[:, None]
        scale = 1 / (self.beta.exp()[:, None] + 1e-9)
        return (x + scale * torch.sin(x.float() * alpha).square()).to(x.dtype)


class ResidualUnit(nn.Module):
    def __init__(self, width, dilation):
        super().__init__()
        self.act1 = Snake(width)
        self.conv1 = CausalConv(width, width, 7, dilation)
        self.act2 = Snake(width)
        self.conv2 = CausalConv(width, width, 1)

    def forward(self, x):
        return x + self.conv2(self.act2(self.conv1(self.act1(x))))


class DecoderBlock(nn.Module):
    def __init__(self, inner, outer, rate):
        super().__init__()
        self.block = nn.ModuleList(
            [Snake(inner), CausalUpsample(inner, outer, 2 * rate, rate)]
            + [ResidualUnit(outer, dilation) for dilation in (1, 3, 9)]
        )

    def forward(self, x):
        for part in self.block:
            x = part(x)
        return x


class RMS(nn.Module):
    def __init__(self, width, eps):
        super().__init__()
        self.weight = nn.Parameter(torch.ones(width))
        self.eps = eps

    def forward(self, x):
        f = x.float()
        f = f * torch.rsqrt(f.square().mean(-1, keepdim=True) + self.eps)
        return f.to(x.dtype) * self.weight


class Scale(nn.Module):
    def __init__(self, width, value):
        super().__init__()
        self.scale = nn.Parameter(torch.full((width,), value))

    def forward(self, x):
        return x * self.scale


class Attention(nn.Module):
    def __init__(self, c):
        super().__init__()
        self.heads, self.head_dim = c["num_attention_heads"], c["head_dim"]
        width, inner = c["hidden_size"], self.heads * self.head_dim
        self.q_proj = nn.Linear(width, inner, bias=False)
        self.k_proj = nn.Linear(width, inner, bias=False)
        self.v_proj = nn.Linear(width, inner, bias=False)
        self.o_proj = nn.Linear(inner, width, bias=False)

    def forward(self, x, rope, mask):
        B, T, _ = x.shape
        q, k, v = (
            project(x).view(B, T, self.heads, self.head_dim).transpose(1, 2)
            for project in (self.q_proj, self.k_proj, self.v_proj)
        )
        q, k = rotate(q, *rope).to(v.dtype), rotate(k, *rope).to(v.dtype)
        y = F.scaled_dot_product_attention(q, k, v, attn_mask=mask)
        return self.o_proj(y.transpose(1, 2).reshape(B, T, -1))


class Layer(nn.Module):
    def __init__(self, c):
        super().__init__()
        width, eps = c["hidden_size"], c["rms_norm_eps"]
        self.input_layernorm = RMS(width, eps)
        self.self_attn = Attention(c)
        self.self_attn_layer_scale = Scale(width, c["layer_scale"])
        self.post_attention_layernorm = RMS(width, eps)
        self.mlp = Mlp(width, c["intermediate_size"])
        self.mlp_layer_scale = Scale(width, c["layer_scale"])

    def forward(self, x, rope, mask):
        x = x + self.self_attn_layer_scale(self.self_attn(self.input_layernorm(x), rope, mask))
        return x + self.mlp_layer_scale(self.mlp(self.post_attention_layernorm(x)))


class Transformer(nn.Module):
    """Causal attention over the last `sliding_window` frames: [B, T, latent] -> the same."""

    def __init__(self, c):
        super().__init__()
        self.c = c
        self.input_proj = nn.Linear(c["latent_dim"], c["hidden_size"])
        self.layers = nn.ModuleList([Layer(c) for _ in range(c["num_hidden_layers"])])
        self.norm = RMS(c["hidden_size"], c["rms_norm_eps"])
        self.output_proj = nn.Linear(c["hidden_size"], c["latent_dim"])

    def forward(self, x):
        T = x.shape[1]
        rope = rope_tables(T, self.c["head_dim"], self.c["rope_theta"], x.device)
        i = torch.arange(T, device=x.device)
        mask = (i[None] <= i[:, None]) & (i[None] > i[:, None] - self.c["sliding_window"])
        x = self.input_proj(x)
        for layer in self.layers:
            x = layer(x, rope, mask)
        return self.output_proj(self.norm(x))


# --- quantisers ------------------------------------------------------------------------------


class Codebook(nn.Module):
    """A code's row is the mean of what it won: embedding_sum / cluster_usage, as released."""

    def __init__(self, codes, width):
        super().__init__()
        self.register_buffer("cluster_usage", torch.ones(codes))
        self.register_buffer("embedding_sum", torch.randn(codes, width) * 0.5)

    def table(self):
        return self.embedding_sum / self.cluster_usage.clamp(min=1e-5)[:, None]

    def follow(self, won, rows):
        """Moves the averages towards rows [N, width], of which code k won those in won [N] == k,
        and gives codes that hardly ever win a random row."""
        codes = self.cluster_usage.shape[0]
        one_hot = (won[:, None] == torch.arange(codes, device=won.device)).float()
        self.cluster_usage.mul_(0.99).add_(one_hot.sum(0), alpha=0.01)
        self.embedding_sum.mul_(0.99).add_(one_hot.T @ rows, alpha=0.01)
        dead = self.cluster_usage < 0.08
        new = rows[torch.randint(0, rows.shape[0], (codes,), device=rows.device)]
        self.embedding_sum.copy_(torch.where(dead[:, None], new * 0.5, self.embedding_sum))
        half = torch.full_like(self.cluster_usage, 0.5)
        self.cluster_usage.copy_(torch.where(dead, half, self.cluster_usage))


class Stage(nn.Module):
    def __init__(self, codes, width):
        super().__init__()
        self._codebook = Codebook(codes, width)


class Stages(nn.Module):
    def __init__(self, stages, codes, width):
        super().__init__()
        self.layers = nn.ModuleList([Stage(codes, width) for _ in range(stages)])


class ResidualQuantizer(nn.Module):
    def __init__(self, stages, codes, width):
        super().__init__()
        self.input_proj = nn.Conv1d(width, width // 2, 1, bias=False)
        self.output_proj = nn.Conv1d(width // 2, width, 1, bias=False)
        self.vq = Stages(stages, codes, width // 2)

    def forward(self, z, keep, update):
        """Latents z [B, C, T], of which crop b uses the first keep[b] stages; the codebooks follow
        where `update`. Gives the quantised latents with gradients straight through, the sum of
        the codes' rows [B, C / 2, T], the codes [B, stages, T] and the commitment loss."""
        x = self.input_proj(z.float())
        B, width, T = x.shape
        start = rest = x.transpose(1, 2).reshape(B * T, width)
        total, codes, commit = torch.zeros_like(rest), [], 0.0
        for i, stage in enumerate(self.vq.layers):
            table = stage._codebook.table()
            with torch.no_grad():
                rows = rest.detach()
                distance = rows.square().sum(1, keepdim=True) - 2 * rows @ table.T
                won = (distance + table.square().sum(1)[None]).argmin(1)
                if update:
                    stage._codebook.follow(won, rows)
            row = table[won]
            on = (keep > i).float().repeat_interleave(T)[:, None]
            commit = commit + ((rest - row.detach()).square().mean(1, keepdim=True) * on).mean()
            total = total + row * on
            rest = rest - row.detach()
            codes.append(won.view(B, T))
        total = start + (total - start).detach()
        total = total.view(B, T, width).transpose(1, 2)
        return self.output_proj(total), total, torch.stack(codes, 1), commit

    def init(self, z):
        """Codebooks by a few rounds of k-means on latents z [B, C, T]."""
        x = self.input_proj(z.float())
        rest = x.transpose(1, 2).reshape(-1, x.shape[1])
        for stage in self.vq.layers:
            book = stage._codebook
            codes = book.cluster_usage.shape[0]
            if rest.shape[0] >= codes:
                table = rest[torch.randperm(rest.shape[0], device=rest.device)[:codes]]
            else:
                table = rest[torch.randint(0, rest.shape[0], (codes,), device=rest.device)]
            for _ in range(6):
                one_hot = F.one_hot(torch.cdist(rest, table).argmin(1), codes).float()
                wins = one_hot.sum(0)[:, None]
                table = torch.where(wins > 0, one_hot.T @ rest / wins.clamp(min=1), table)
            book.cluster_usage.copy_(torch.ones_like(book.cluster_usage))
            book.embedding_sum.copy_(table)
            rest = rest - table[torch.cdist(rest, table).argmin(1)]


class SplitQuantizer(nn.Module):
    """Group 0 (phonetic) has a quantiser of its own; the others quantise what it leaves."""

    def __init__(self, c):
        super().__init__()
        codes, width = c["codebook_size"], c["codebook_dim"]
        self.rvq_first = ResidualQuantizer(1, codes, width)
        self.rvq_rest = ResidualQuantizer(c["num_quantizers"] - 1, codes, width)

    def forward(self, z, keep, update=False):
        """As ResidualQuantizer; the second result is group 0's."""
        first, rows, codes, commit = self.rvq_first(z, keep, update)
        rest, _, more, commit_rest = self.rvq_rest(z - first.detach(), keep - 1, update)
        return first + rest, rows, torch.cat([codes, more], 1), commit + commit_rest

    @torch.no_grad()
    def init(self, z):
        self.rvq_first.init(z)
        first = self.rvq_first(z, torch.full((z.shape[0],), 1, device=z.device), False)[0]
        self.rvq_rest.init(z - first)

    def decode(self, codes):
        """Codes [B, GROUPS, T] -> latents [B, C, T]."""
        total = 0
        for rvq, part in ((self.rvq_first, codes[:, :1]), (self.rvq_rest, codes[:, 1:])):
            rows = sum(s._codebook.table()[part[:, i]] for i, s in enumerate(rvq.vq.layers))
            total = total + rvq.output_proj(rows.transpose(1, 2))
        return total


class Decoder(nn.Module):
    def __init__(self, c):
        super().__init__()
        latent, wide = c["latent_dim"], c["decoder_dim"]
        self.pre_transformer = Transformer(c)
        self.quantizer = SplitQuantizer(c)
        self.pre_conv = CausalConv(c["codebook_dim"], latent, 3)
        self.upsample = nn.ModuleList(
            [
                nn.ModuleList([CausalUpsample(latent, latent, f, f), ConvNeXt(latent)])
                for f in c["upsampling_ratios"]
            ]
        )
        parts = [CausalConv(latent, wide, 7)]
        for i, rate in enumerate(c["upsample_rates"]):
            parts.append(DecoderBlock(wide >> i, wide >> (i + 1), rate))
        parts += [Snake(wide >> 4), CausalConv(wide >> 4, 1, 7)]
        self.decoder = nn.ModuleList(parts)

    def wave(self, z):
        """Quantised latents [B, C, T] -> samples [B, 1, T * FRAME], not clamped."""
        x = self.pre_transformer(self.pre_conv(z).transpose(1, 2)).transpose(1, 2)
        for step in self.upsample:
            for part in step:
                x = part(x)
        for part in self.decoder:
            x = part(x)
        return x

    def forward(self, codes):
        return self.wave(self.quantizer.decode(codes)).clamp(-1, 1)


# --- encoder ---------------------------------------------------------------------------------


def mel_bank(fft, bands, top):
    """Triangles of equal width on the mel scale from 0 to `top` Hz: [bands, fft / 2 + 1]."""
    to_mel = lambda f: 2595 * math.log10(1 + f / 700)
    to_hz = lambda m: 700 * (10 ** (m / 2595) - 1)
    edges = torch.tensor([to_hz(to_mel(top) * i / (bands + 1)) for i in range(bands + 2)])
    f = torch.linspace(0, RATE / 2, fft // 2 + 1)
    up = (f[None] - edges[:-2, None]) / (edges[1:-1] - edges[:-2])[:, None]
    down = (edges[2:, None] - f[None]) / (edges[2:] - edges[1:-1])[:, None]
    return torch.minimum(up, down).clamp(min=0)


class Mel(nn.Module):
    def __init__(self, fft, hop, bands, top=11500.0):
        super().__init__()
        self.fft, self.hop = fft, hop
        self.register_buffer("bank", mel_bank(fft, bands, top), persistent=False)
        self.register_buffer("window", torch.hann_window(fft), persistent=False)

    def forward(self, x, ahead=None):
        """Samples [B, n] -> log mel [B, bands, n / hop]. ahead: samples behind its hop that a
        window sees; half of what overlaps if not given."""
        over = self.fft - self.hop
        left = over // 2 if ahead is None else over - ahead
        x = F.pad(x[:, None], (left, over - left))[:, 0]
        spectrum = torch.stft(
            x, self.fft, self.hop, self.fft, self.window, center=False, return_complex=True
        ).abs()
        return torch.log(torch.matmul(self.bank, spectrum).clamp(min=1e-5))


class Halve(nn.Module):
    """Two steps become one; the last step of a pair is the newest that it sees."""

    def __init__(self, width):
        super().__init__()
        self.conv = nn.Conv1d(width, width, 4, stride=2)

    def forward(self, x):
        return self.conv(F.pad(x, (2, 0)))


class Encoder(nn.Module):
    """Samples [B, T * FRAME] -> latents [B, C, T]: log mel at 100 Hz, ConvNeXt blocks and three
    halvings of the rate.

    Causal but for AHEAD samples. A code that knows of later frames lets the language model read
    the coming words off its own history, and then it reads nonsense off what it has sampled."""

    AHEAD = 240  # samples, 10 ms

    def __init__(self, c, width=320):
        super().__init__()
        self.mel = Mel(1024, 240, 100)
        parts = [CausalConv(100, width, 5)]
        for _ in range(3):
            parts += [ConvNeXt(width), ConvNeXt(width), Halve(width)]
        parts += [ConvNeXt(width) for _ in range(3)]
        self.net = nn.Sequential(*parts)
        self.norm = nn.LayerNorm(width)
        self.out = nn.Conv1d(width, c["codebook_dim"], 1)

    def forward(self, x):
        with torch.autocast(x.device.type, enabled=False):
            mel = self.mel(x.float(), self.AHEAD)
        return self.out(self.norm(self.net(mel / 4 + 1).transpose(1, 2)).transpose(1, 2))


class Codec(nn.Module):
    def __init__(self, c=CFG):
        super().__init__()
        self.encoder = Encoder(c)
        self.decoder = Decoder(c)
        # Reads three phonemes a frame off group 0's rows: it keeps that group phonetic.
        self.ph = nn.Linear(c["codebook_dim"] // 2, 3 * PHONEMES)

    @torch.no_grad()
    def encode(self, x):
        """Samples [B, T * FRAME] -> codes [B, GROUPS, T]."""
        z = self.encoder(x)
        return self.decoder.quantizer(z.float(), torch.full((x.shape[0],), ALL, device=x.device))[2]


# --- what it is trained with -----------------------------------------------------------------


def judged(x, convs, last):
    """Gives the verdict `last` comes to, and the features of every layer before it."""
    features = []
    for conv in convs:
        x = F.leaky_relu(conv(x), 0.1)
        features.append(x)
    return last(x), features


class PeriodDiscriminator(nn.Module):
    """Sees the samples as rows of `period`; gives scores and every layer's features."""

    def __init__(self, period, channels=(32, 64, 128, 256, 256)):
        super().__init__()
        self.period = period
        c = [1, *channels]
        self.cs = nn.ModuleList(
            [
                nn.Conv2d(c[i], c[i + 1], (5, 1), (3 if i < 4 else 1, 1), (2, 0))
                for i in range(len(channels))
            ]
        )
        self.o = nn.Conv2d(c[-1], 1, (3, 1), 1, (1, 0))

    def forward(self, x):
        n = -(-x.shape[-1] // self.period) * self.period
        x = F.pad(x[:, None], (0, n - x.shape[-1]), "reflect")[:, 0]
        x = x.view(x.shape[0], 1, n // self.period, self.period)
        return judged(x, self.cs, self.o)


class StftDiscriminator(nn.Module):
    """Sees the complex spectrum with compressed magnitudes; results as above."""

    def __init__(self, fft, channels=32):
        super().__init__()
        self.fft = fft
        self.register_buffer("window", torch.hann_window(fft), persistent=False)
        convs = [nn.Conv2d(2, channels, (7, 5), (2, 2), (3, 2))]
        for i in range(4):
            stride = (2, 1) if i < 2 else (1, 1)
            convs.append(nn.Conv2d(channels, channels, (5, 3), stride, (2, 1)))
        self.cs = nn.ModuleList(convs)
        self.o = nn.Conv2d(channels, 1, 3, 1, 1)

    def forward(self, x):
        n = self.fft
        with torch.autocast(x.device.type, enabled=False):
            x = torch.stft(x.float(), n, n // 4, n, self.window, center=True, return_complex=True)
            x = torch.view_as_real(x) / n**0.5 * 2
            x = x.permute(0, 3, 1, 2)
            magnitude = x.square().sum(1, keepdim=True).clamp(min=1e-7).sqrt()
            x = x * magnitude**-0.6
        return judged(x, self.cs, self.o)


class Discriminators(nn.Module):
    def __init__(self):
        super().__init__()
        self.d = nn.ModuleList(
            [PeriodDiscriminator(p) for p in (2, 3, 5, 11)]
            + [StftDiscriminator(n) for n in (2048, 1024, 512)]
        )

    def forward(self, x):
        return [d(x) for d in self.d]


class MelLoss(nn.Module):
    """L1 of log mels at six resolutions."""

    def __init__(self):
        super().__init__()
        sizes = ((2048, 160), (1024, 100), (512, 64), (256, 40), (128, 20), (64, 10))
        self.m = nn.ModuleList([Mel(fft, fft // 4, bands) for fft, bands in sizes])

    def forward(self, a, b):
        return sum((m(a) - m(b)).abs().mean() for m in self.m)
