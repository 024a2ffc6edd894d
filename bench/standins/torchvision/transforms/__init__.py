"""Transforms of pictures."""

from torchvision.transforms import transforms

__all__ = ["transforms"]
