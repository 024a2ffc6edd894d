"""Detection and tracking of people in frames: synchronous, independent of users, zones and connections.

This module must stay cheap to import.
"""

import os

# NumPy reads this when it loads its BLAS. Matrices here are small: with a busy detector beside, BLAS threads turn a
# product of 0.1 ms into 4 ms.
os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")
