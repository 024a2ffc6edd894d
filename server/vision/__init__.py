"""Pictures in, people out: synchronous, and ignorant of users, zones and sockets. This file imports nothing heavy."""

import os

# Read when NumPy loads its BLAS. The matrices here are small, and threads that wait for each other beside a busy
# detector make a product of 0.1 ms last 4 ms.
os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")
