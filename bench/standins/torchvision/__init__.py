"""The few functions of torchvision that the plain pipeline calls, for machines where torchvision cannot be imported.

`bench.plain` puts this folder on the path only there, and says so. Same arithmetic; torch does the work.
"""

from torchvision import ops, transforms

__all__ = ["ops", "transforms"]
__version__ = "0.0"
