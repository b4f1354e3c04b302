"""The LF-MMI gradient and value against finite differences and brute-force enumeration on tiny cases."""
import itertools
import math
import sys
import unittest
from pathlib import Path

import torch

sys.path.insert(0, str(Path(__file__).parent.parent))
from hearken_training.lfmmi import LFMMI, PhoneTrigram

K = 4
TRIGRAM = PhoneTrigram([[1, 2, 3], [2, 3, 1], [3, 3, 1]], K)
SEQUENCES = [([0, 1, 2, 0, 3, 0], [1, 0, 0, 1, 0, 1]), ([0, 2, 0], [1, 0, 1])]


def brute_denominator(y):
    """Log of the sum over every state path: (phone history, enter or stay) a frame."""
    total = -math.inf
    frames = y.shape[0]
    for first in range(K):
        for moves in itertools.product(range(K + 1), repeat=frames - 1):  # K = stay, else enter that phone
            a, b = 0, first
            score = math.log(TRIGRAM.probs[0, 0, first]) + y[0, first].item()
            for t, move in enumerate(moves, 1):
                if move == K:
                    score += math.log(0.5) + y[t, K + b].item()
                else:
                    score += math.log(0.5) + math.log(TRIGRAM.probs[a, b, move]) + y[t, move].item()
                    a, b = b, move
            total = float(torch.logaddexp(torch.tensor(total), torch.tensor(score)))
    return total


def brute_numerator(y, phones, optional):
    total = -math.inf
    frames = y.shape[0]
    for keep in itertools.product([True, False], repeat=len(phones)):
        if any(not k and not o for k, o in zip(keep, optional)):
            continue
        kept = [p for p, k in zip(phones, keep) if k]
        for cuts in itertools.combinations(range(1, frames), len(kept) - 1):
            starts = {0, *cuts}
            score, at = 0.0, -1
            for t in range(frames):
                at += t in starts
                score += math.log(0.5) + y[t, kept[at] + (0 if t in starts else K)].item()
            total = float(torch.logaddexp(torch.tensor(total), torch.tensor(score)))
    return total


class TestLFMMI(unittest.TestCase):
    def test_value_equals_enumeration(self):
        torch.manual_seed(1)
        y = torch.randn(2, 5, 2 * K)
        for i, (phones, optional) in enumerate(SEQUENCES):
            got = LFMMI.apply(y[i : i + 1], [5], [(phones, optional)], TRIGRAM).item()
            want = brute_denominator(y[i]) - brute_numerator(y[i], phones, optional)
            self.assertAlmostEqual(got, want, places=3)

    def test_gradient_equals_finite_differences(self):
        torch.manual_seed(0)
        y = torch.randn(2, 7, 2 * K, requires_grad=True)
        lengths = [7, 5]
        LFMMI.apply(y, lengths, SEQUENCES, TRIGRAM).backward()
        step, worst = 1e-2, 0.0
        for index in itertools.product(range(2), range(7), range(2 * K)):
            values = []
            for sign in (1, -1):
                moved = y.detach().clone()
                moved[index] += sign * step
                values.append(LFMMI.apply(moved, lengths, SEQUENCES, TRIGRAM).item())
            worst = max(worst, abs((values[0] - values[1]) / (2 * step) - y.grad[index].item()))
        self.assertLess(worst, 1e-3)

    def test_no_path_gives_zero_gradient(self):
        y = torch.randn(1, 2, 2 * K, requires_grad=True)
        loss = LFMMI.apply(y, [2], [([1, 2, 3], [0, 0, 0])], TRIGRAM)
        loss.backward()
        self.assertEqual(loss.item(), 0)
        self.assertEqual(y.grad.abs().sum().item(), 0)


if __name__ == "__main__":
    unittest.main()
