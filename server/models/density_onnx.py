"""CSRNet for ONNX Runtime, built from the same arrays as for OpenVINO."""

from pathlib import Path
from typing import Any

from server.models.density import OUTPUT, Arrays, layers


def save_onnx(arrays: Arrays, path: Path) -> None:
    """Write the network with dynamic batch, height and width; inputs and outputs as in
    `server.models.density.build`."""
    import onnx
    from onnx import helper, numpy_helper

    nodes: list[Any] = []
    flow = "image"

    def add(kind: str, name: str, *weights: str, **attributes: Any) -> None:
        nonlocal flow
        nodes.append(helper.make_node(kind, [flow, *weights], [name], **attributes))
        flow = name

    for layer in layers():
        last = layer.name == "output_layer"
        if layer.pooled:
            add("MaxPool", f"{layer.name}.pooled", kernel_shape=[2, 2], strides=[2, 2])
        pad = layer.dilation * (layer.kernel // 2)
        convolved = OUTPUT if last else f"{layer.name}.convolved"
        add("Conv", convolved, *layer.shapes, pads=[pad] * 4, dilations=[layer.dilation] * 2)
        if not last:
            add("Relu", f"{layer.name}.relu")
    numbers = onnx.TensorProto.FLOAT
    graph = helper.make_graph(
        nodes,
        "csrnet",
        [helper.make_tensor_value_info("image", numbers, ["n", 3, "height", "width"])],
        [helper.make_tensor_value_info(OUTPUT, numbers, ["n", 1, "rows", "columns"])],
        [numpy_helper.from_array(array, name) for name, array in arrays.items()],
    )
    # Versions supported by every supported ONNX Runtime.
    model = helper.make_model(graph, opset_imports=[helper.make_opsetid("", 17)], ir_version=8)
    onnx.checker.check_model(model)
    onnx.save_model(model, str(path))
