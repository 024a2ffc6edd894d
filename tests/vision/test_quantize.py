"""What the network in 8 bits is made from, and what it leaves in floats."""

from itertools import islice
from typing import Any

import numpy as np
import openvino as ov
import pytest

from server.models.catalogue import find_prepared
from server.models.paths import default_models_dir
from server.vision.calibration import views
from server.vision.quantize import convolutions, module, sensitive

pytest.importorskip("ultralytics", reason="the pictures come in the Ultralytics package (extra `models`)")


def bits(convolution: Any) -> int:
    """Size of what the weights of a convolution are stored in."""
    node = convolution.input_value(1).get_node()
    while node.get_type_name() != "Constant":
        node = node.input_value(0).get_node()
    return int(node.get_element_type().bitwidth)


@pytest.fixture(scope="module")
def networks() -> tuple[Any, Any]:
    """The prepared detector in floats and in 8 bits."""
    model = find_prepared(default_models_dir(), "yolo26n")
    core = ov.Core()
    return core.read_model(model.network), core.read_model(model.quantized)


def test_heads_stay_in_floats_and_the_body_does_not(networks: tuple[Any, Any]) -> None:
    """Also those that were merged with their normalisation, and have a number for a name."""
    stored = {module(node): bits(node) for node in convolutions(networks[1])}
    heads = {name: size for name, size in stored.items() if name.startswith(("box_heads.", "class_heads."))}
    assert len(heads) == len(sensitive(networks[0])) == 24
    assert set(heads.values()) == {32}
    assert {size for name, size in stored.items() if name not in heads} == {8}


def test_no_byte_of_the_picture_is_cut_off(networks: tuple[Any, Any]) -> None:
    """The range of the input is 0 to 1, so that 256 levels are the 256 values of a byte."""
    image = networks[1].inputs[0].get_node()
    (reader,) = {one.get_node() for one in image.output(0).get_target_inputs()} - {None}
    assert reader.get_type_name() == "FakeQuantize"
    limits = [float(np.ravel(reader.input_value(index).get_node().data)[0]) for index in range(1, 5)]
    assert limits == pytest.approx([0, 1, 0, 1])


def test_a_network_without_such_heads_is_refused() -> None:
    """Otherwise everything would be in 8 bits without a word."""
    image = ov.opset13.parameter([1, 3, 8, 8], np.float32)
    plain = ov.opset13.convolution(image, np.ones((4, 3, 1, 1), np.float32), [1, 1], [0, 0], [0, 0], [1, 1])
    with pytest.raises(ValueError, match=r"no convolutions named box_heads\."):
        sensitive(ov.Model([plain], [image], "plain"))


def test_views_are_the_same_for_the_same_seed_and_span_all_values() -> None:
    first, again, other = (list(islice(views(12, seed), 12)) for seed in (0, 0, 1))
    assert len(first) == 12
    for view, same in zip(first, again, strict=True):
        assert view.dtype == np.float32
        assert view.ndim == 4
        assert view.shape[:2] == (1, 3)
        assert max(view.shape[2:]) == 640
        assert [(float(view[0, channel].min()), float(view[0, channel].max())) for channel in range(3)] == [(0, 1)] * 3
        np.testing.assert_array_equal(view, same)
    assert any(one.shape != two.shape or not np.array_equal(one, two) for one, two in zip(first, other, strict=True))


def test_views_differ_in_colour_and_contrast() -> None:
    seen = list(views(48, 0))
    contrast = [float(view.std()) for view in seen]
    grey = [float(np.abs(view[0, 0] - view[0, 2])[4:].mean()) < 0.01 for view in seen]
    assert max(contrast) > 2 * min(contrast)
    assert 0 < sum(grey) < len(seen) / 2
