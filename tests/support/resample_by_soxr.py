"""Makes tests/golden/resampled.safetensors: noise at several rates as soxr's best quality brings it
to 24 kHz, which tests/host/resample.test.ts holds our resampler against.

    pip install soxr==1.1.0 safetensors numpy   # libsoxr 0.1.3
    python tests/support/resample_by_soxr.py tests/golden/resampled.safetensors

The test makes the same noise by itself: 0.06 s, PCM sample i + 1 of a rate is the i-th number of the
generator below, so that only what soxr made of it is kept.
"""

import sys

import numpy as np
import soxr
from safetensors.numpy import save_file

TO_HZ = 24_000
FROM_HZ = [16_000, 44_100, 48_000]
SECONDS = 0.06


def noise(rate_hz: int) -> np.ndarray:
    """In [-0.5, 0.5), f32, flat up to half the rate."""
    state, samples = rate_hz, []
    for _ in range(round(SECONDS * rate_hz)):
        state = state * 48271 % 0x7FFFFFFF
        samples.append(state / 0x7FFFFFFF - 0.5)
    return np.array(samples, dtype=np.float32)


def resampled(rate_hz: int) -> np.ndarray:
    wide = soxr.resample(noise(rate_hz).astype(np.float64), rate_hz, TO_HZ, quality="VHQ")
    return wide.astype(np.float32)


save_file({f"from.{rate}": resampled(rate) for rate in FROM_HZ}, sys.argv[1])
