"""Shared by the peers in Python: the task on the command line, the data, and the one line of JSON that each prints."""
import gzip
import json
import pathlib
import resource
import sys
import time

import numpy as np

# Dense layers of 128 units before the output.
HIDDEN = {'mnn-3': 1, 'mnn-12': 10}

task = json.loads(sys.argv[1])


def images(split, count=None):
    """Images as float32 in [0, 1] and their classes, from the gzipped IDX files of the task's folder."""
    folder = pathlib.Path(task['data'])
    prefix = {'train': 'train', 'test': 't10k'}[split]
    with gzip.open(folder / f'{prefix}-images-idx3-ubyte.gz') as file:
        x = np.frombuffer(file.read(), np.uint8)[16:].reshape(-1, 28, 28)
    with gzip.open(folder / f'{prefix}-labels-idx1-ubyte.gz') as file:
        y = np.frombuffer(file.read(), np.uint8)[8:]
    return x[:count].astype(np.float32) / np.float32(255), y[:count].astype(np.int64)


def split_validation(x, y):
    """The last tenth of the training images is kept for validation; a full batch has none."""
    kept = len(x) if task['batch'] == 'all' else len(x) - len(x) // 10
    return (x[:kept], y[:kept]), (x[kept:], y[kept:])


def batch_size(count):
    return count if task['batch'] == 'all' else task['batch']


def report(**fields):
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * 1024
    print(json.dumps({**fields, 'peakBytes': peak}))


def time_steps(step, count):
    """Times steps that are given batches in order, round and round; step(first, last) makes one and returns the loss."""
    size = batch_size(count)
    whole = max(1, count // size)
    loss = None
    start = None
    for number in range(task['warmup'] + task['steps']):
        if number == task['warmup']:
            float(loss)  # Waits for what is still under way.
            start = time.perf_counter()
        first = number % whole * size
        loss = step(first, first + size)
    loss = float(loss)
    seconds = time.perf_counter() - start
    report(imagesPerSecond=task['steps'] * size / seconds, loss=loss)
