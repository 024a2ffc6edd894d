"""Turn checked weights into OpenVINO networks. Run as a program of its own: torch never enters another process.

``python -m server.models.export KIND WEIGHTS FOLDER`` writes ``network.xml`` and ``network.bin``.
"""

import argparse
import os
import sys
from pathlib import Path

from server.models.catalogue import NETWORK_FILE


def main() -> int:
    """Export one network."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("kind", choices=("detector", "appearance"))
    parser.add_argument("weights", type=Path)
    parser.add_argument("folder", type=Path)
    arguments = parser.parse_args()
    # Ultralytics must neither install packages nor fetch anything; it reads these when it is imported.
    os.environ.update(YOLO_AUTOINSTALL="false", YOLO_OFFLINE="1")
    os.environ.setdefault("YOLO_CONFIG_DIR", str(arguments.folder))
    import openvino as ov

    from server.models.networks import load_appearance, load_detector

    load = load_detector if arguments.kind == "detector" else load_appearance
    network, example, free_shape, names = load(arguments.weights)
    model = ov.convert_model(network, example_input=example, input=[free_shape])
    for output, name in zip(model.outputs, names, strict=True):
        output.get_tensor().set_names({name})
    ov.save_model(model, arguments.folder / NETWORK_FILE, compress_to_fp16=False)
    return 0


if __name__ == "__main__":
    sys.exit(main())
