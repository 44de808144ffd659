"""NumPy, written out by hand: one hidden layer of 64 sigmoid units by full-batch gradient descent, in float32."""
import os
import sys
import json

threads = str(json.loads(sys.argv[1])['threads'])
for variable in ['OPENBLAS_NUM_THREADS', 'MKL_NUM_THREADS', 'OMP_NUM_THREADS']:
    os.environ[variable] = threads

import numpy as np

from common import images, report, task, time_steps

random = np.random.default_rng(1)
rate = np.float32(0.5)


def uniform(inputs, outputs):
    limit = (6 / (inputs + outputs)) ** 0.5
    return random.uniform(-limit, limit, [inputs, outputs]).astype(np.float32)


w1, b1 = uniform(784, 64), np.zeros(64, np.float32)
w2, b2 = uniform(64, 10), np.zeros(10, np.float32)


def forward(x):
    hidden = 1 / (1 + np.exp(-(x @ w1 + b1)))
    logits = hidden @ w2 + b2
    exponentials = np.exp(logits - logits.max(1, keepdims=True))
    return hidden, exponentials / exponentials.sum(1, keepdims=True)


def loss_of(probabilities, y):
    return -np.log(probabilities[np.arange(len(y)), y]).mean()


def step(x, y):
    global w1, b1, w2, b2
    hidden, probabilities = forward(x)
    loss = loss_of(probabilities, y)
    probabilities[np.arange(len(y)), y] -= 1
    d_logits = probabilities / np.float32(len(y))
    d_hidden = d_logits @ w2.T * hidden * (1 - hidden)
    w2 -= rate * (hidden.T @ d_logits)
    b2 -= rate * d_logits.sum(0)
    w1 -= rate * (x.T @ d_hidden)
    b1 -= rate * d_hidden.sum(0)
    return loss


x, y = images('train', task['images'])
x = x.reshape(len(x), 784)
if task['mode'] == 'whole':
    tx, ty = images('test')
    for _ in range(task['epochs']):
        step(x, y)
    _, probabilities = forward(tx.reshape(len(tx), 784))
    report(loss=float(loss_of(probabilities, ty)), accuracy=float((probabilities.argmax(1) == ty).mean()))
else:
    time_steps(lambda first, last: step(x[first:last], y[first:last]), len(x))
