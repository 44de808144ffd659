"""PyTorch, eager, from tensors in memory without a DataLoader: the fastest that a user can have without compiling."""
import torch
import torch.nn.functional as F
from torch import nn

from common import HIDDEN, batch_size, images, report, split_validation, task, time_steps

torch.set_num_threads(task['threads'])
torch.manual_seed(1)


def network(name):
    if name == 'cnn':
        return nn.Sequential(
            nn.Conv2d(1, 32, 5, padding='same'), nn.ReLU(), nn.MaxPool2d(2),
            nn.Conv2d(32, 64, 5, padding='same'), nn.ReLU(), nn.MaxPool2d(2),
            nn.Flatten(), nn.Linear(3136, 1024), nn.ReLU(), nn.Dropout(0.5), nn.Linear(1024, 10))
    if name == 'snn':
        return nn.Sequential(nn.Flatten(), nn.Linear(784, 64), nn.Sigmoid(), nn.Linear(64, 10))
    layers = [nn.Flatten(), nn.Linear(784, 128), nn.ReLU()]
    for _ in range(HIDDEN[name] - 1):
        layers += [nn.Linear(128, 128), nn.ReLU()]
    return nn.Sequential(*layers, nn.Linear(128, 10))


net = network(task['network'])
if task['network'] == 'snn':
    optimizer = torch.optim.SGD(net.parameters(), 0.5)
else:
    optimizer = torch.optim.Adam(net.parameters(), 3e-4 if task['network'] == 'cnn' else 1e-3)


def step(x, y):
    optimizer.zero_grad()
    loss = F.cross_entropy(net(x), y)
    loss.backward()
    optimizer.step()
    return loss


def scores(x, y):
    net.eval()
    loss, correct = 0.0, 0
    with torch.no_grad():
        for first in range(0, len(x), 1024):
            logits = net(x[first:first + 1024])
            loss += float(F.cross_entropy(logits, y[first:first + 1024], reduction='sum'))
            correct += int((logits.argmax(1) == y[first:first + 1024]).sum())
    net.train()
    return loss / len(x), correct / len(x)


def tensors(x, y):
    return torch.from_numpy(x)[:, None], torch.from_numpy(y)


def whole_run():
    (x, y), validation = (tensors(*part) for part in split_validation(*images('train', task['images'])))
    test = tensors(*images('test'))
    size = batch_size(len(x))
    for _ in range(task['epochs']):
        if size == len(x):
            step(x, y)
            continue
        order = torch.randperm(len(x))
        for first in range(0, len(x), size):
            batch = order[first:first + size]
            step(x[batch], y[batch])
        scores(*validation)
    loss, accuracy = scores(*test)
    report(loss=loss, accuracy=accuracy)


if task['mode'] == 'whole':
    whole_run()
else:
    X, Y = tensors(*images('train', task['images']))
    time_steps(lambda first, last: step(X[first:last], Y[first:last]).detach(), len(X))
