"""Single-precision matrix multiplication of NumPy or PyTorch in GFLOP/s: sgemm.py numpy|torch THREADS SIZE."""
import json
import os
import sys
import time

library, threads, size = sys.argv[1], int(sys.argv[2]), int(sys.argv[3])
for variable in ['OPENBLAS_NUM_THREADS', 'MKL_NUM_THREADS', 'OMP_NUM_THREADS']:
    os.environ[variable] = str(threads)

if library == 'numpy':
    import numpy
    a, b = (numpy.random.default_rng(seed).standard_normal([size, size]).astype(numpy.float32) for seed in (1, 2))
    out = numpy.empty([size, size], numpy.float32)
    multiply = lambda: numpy.matmul(a, b, out=out)
else:
    import torch
    torch.set_num_threads(threads)
    a, b, out = torch.randn(size, size), torch.randn(size, size), torch.empty(size, size)
    multiply = lambda: torch.mm(a, b, out=out)

rates = []
for _ in range(3):
    multiply()
for _ in range(15):
    start = time.perf_counter()
    multiply()
    rates.append(2 * size ** 3 / (time.perf_counter() - start) / 1e9)
print(json.dumps({'gflops': sorted(rates)[len(rates) // 2]}))
