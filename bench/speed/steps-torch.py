# The same programs in PyTorch: milliseconds of an Adam step, by number of threads.
import json, time, torch
from torch import nn
from torch.nn import functional

programs = {
    "CNN 16/32 filters": lambda: nn.Sequential(
        nn.Conv2d(1, 16, 5), nn.ReLU(), nn.MaxPool2d(2), nn.Conv2d(16, 32, 3), nn.ReLU(), nn.MaxPool2d(2),
        nn.Flatten(), nn.Linear(800, 10)),
    "MLP 784-64-32-10": lambda: nn.Sequential(
        nn.Flatten(), nn.Linear(784, 64), nn.ReLU(), nn.Linear(64, 32), nn.ReLU(), nn.Linear(32, 10)),
}
xs, ys = torch.rand(64, 1, 28, 28), torch.randint(0, 10, (64,))

def milliseconds(make, steps=200):
    model = make()
    optimizer = torch.optim.Adam(model.parameters(), 1e-3)
    for step in range(steps + 10):
        if step == 10:
            started = time.time()
        optimizer.zero_grad()
        functional.cross_entropy(model(xs), ys).backward()
        optimizer.step()
    return 1000 * (time.time() - started) / steps

found = {}
for name, make in programs.items():
    times = []
    for threads in (1, 2):
        torch.set_num_threads(threads)
        times.append(milliseconds(make))
    found[name] = min(times)
print("\n@" + json.dumps({"version": torch.__version__, "times": found}))
