"""Non-maximum suppression, by Ultralytics' own replacement for torchvision's."""

from ultralytics.utils.nms import TorchNMS

nms = TorchNMS.nms
