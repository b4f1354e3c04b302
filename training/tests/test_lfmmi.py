"""The LF-MMI gradient and value against finite differences and brute-force enumeration on tiny cases."""
import itertools
import math
import sys
import unittest
from pathlib import Path

import numpy as np
import torch

sys.path.insert(0, str(Path(__file__).parent.parent))
from hearken_training.lfmmi import LFMMI, PhoneTrigram, best_paths
from hearken_training.numerator import numerator
from hearken_training.units import left_biphones, phones_of
from hearken_training.warm_start import widen_outputs

K = 4
TRIGRAM = PhoneTrigram([[1, 2, 3], [2, 3, 1], [3, 3, 1]], K)
TABLE = np.array([[0, 1, 2, 3], [0, 1, 4, 5], [0, 1, 2, 6], [0, 7, 2, 3]])  # units [left, phone]
U = 8
WORDS = [[[(1, 2)], [(3,), (2, 3)]], [[(2,)]]]  # per transcript, per word, pronunciations
NUMERATORS = [numerator(words, TABLE) for words in WORDS]


def brute_denominator(y):
    """Log of the sum over every state path: (phone history, enter or stay) a frame."""
    total = -math.inf
    frames = y.shape[0]
    for first in range(K):
        for moves in itertools.product(range(K + 1), repeat=frames - 1):  # K = stay, else enter that phone
            a, b = 0, first
            score = math.log(TRIGRAM.probs[0, 0, first]) + y[0, TABLE[0, first]].item()
            for t, move in enumerate(moves, 1):
                if move == K:
                    score += math.log(0.5) + y[t, U + TABLE[a, b]].item()
                else:
                    score += math.log(0.5) + math.log(TRIGRAM.probs[a, b, move]) + y[t, TABLE[b, move]].item()
                    a, b = b, move
            total = float(torch.logaddexp(torch.tensor(total), torch.tensor(score)))
    return total


def brute_numerator(y, words):
    """Over pronunciations, silences kept or left out, and every cut of the frames into the phones."""
    total = -math.inf
    frames = y.shape[0]
    for prons in itertools.product(*words):
        for silences in itertools.product([True, False], repeat=len(words) + 1):
            phones = [0] if silences[0] else []
            for pron, silence in zip(prons, silences[1:]):
                phones += [*pron, 0] if silence else pron
            units = [TABLE[left, phone] for left, phone in zip([0, *phones], phones)]
            for cuts in itertools.combinations(range(1, frames), len(units) - 1):
                starts = {0, *cuts}
                score, at = 0.0, -1
                for t in range(frames):
                    at += t in starts
                    score += math.log(0.5) + y[t, units[at] + (0 if t in starts else U)].item()
                total = float(torch.logaddexp(torch.tensor(total), torch.tensor(score)))
    return total


class TestLFMMI(unittest.TestCase):
    def test_value_equals_enumeration(self):
        torch.manual_seed(1)
        y = torch.randn(2, 5, 2 * U)
        for i, words in enumerate(WORDS):
            got = LFMMI.apply(y[i : i + 1], [5], [NUMERATORS[i]], TRIGRAM, TABLE).item()
            want = brute_denominator(y[i]) - brute_numerator(y[i], words)
            self.assertAlmostEqual(got, want, places=3)

    def test_gradient_equals_finite_differences(self):
        torch.manual_seed(0)
        y = torch.randn(2, 7, 2 * U, requires_grad=True)
        lengths = [7, 5]
        LFMMI.apply(y, lengths, NUMERATORS, TRIGRAM, TABLE).backward()
        step, worst = 1e-2, 0.0
        for index in itertools.product(range(2), range(7), range(2 * U)):
            values = []
            for sign in (1, -1):
                moved = y.detach().clone()
                moved[index] += sign * step
                values.append(LFMMI.apply(moved, lengths, NUMERATORS, TRIGRAM, TABLE).item())
            worst = max(worst, abs((values[0] - values[1]) / (2 * step) - y.grad[index].item()))
        self.assertLess(worst, 1e-3)

    def test_boost_takes_the_numerators_occupation_from_the_denominators_scores(self):
        torch.manual_seed(3)
        y, boost = torch.randn(1, 5, 2 * U), 0.7

        def log_numerator(scores):
            return torch.tensor(brute_numerator(scores, WORDS[0]))

        step, occupied = 1e-2, torch.zeros_like(y)
        for index in itertools.product(range(1), range(5), range(2 * U)):
            moved = y.clone()
            moved[index] += step
            occupied[index] = (log_numerator(moved[0]) - log_numerator(y[0])) / step
        value = LFMMI.apply(y, [5], NUMERATORS[:1], TRIGRAM, TABLE, boost).item()
        want = brute_denominator((y - boost * occupied)[0]) - brute_numerator(y[0], WORDS[0])
        self.assertAlmostEqual(value, want, places=2)

    def test_no_path_gives_zero_gradient(self):
        y = torch.randn(1, 2, 2 * U, requires_grad=True)
        loss = LFMMI.apply(y, [2], [numerator([[(1, 2, 3)]], TABLE)], TRIGRAM, TABLE)
        loss.backward()
        self.assertEqual(loss.item(), 0)
        self.assertEqual(y.grad.abs().sum().item(), 0)


class TestUnits(unittest.TestCase):
    def test_frequent_pairs_have_a_unit_and_the_rest_share_the_phones(self):
        table = left_biphones([[1, 2], [1, 2], [3, 2]], K, 2)
        self.assertEqual(table[0, 1], 4)  # twice at the start, behind silence
        self.assertEqual(table[1, 2], 5)
        self.assertEqual(table[3, 2], 2)
        self.assertEqual(list(phones_of(table)), [0, 1, 2, 3, 1, 2])

    def test_widening_repeats_the_rows_of_the_phone(self):
        table = left_biphones([[1, 2], [1, 2]], K, 2)
        state = widen_outputs({"output.bias": torch.arange(8.0), "other": torch.ones(1)}, table)
        self.assertEqual(state["output.bias"].tolist(), [0, 1, 2, 3, 1, 2, 4, 5, 6, 7, 5, 6])

    def test_best_path_is_the_best_of_all(self):
        torch.manual_seed(4)
        for numerator in NUMERATORS:
            y = torch.randn(1, 5, 2 * U)
            states = range(len(numerator.units))

            def score(path):
                if not numerator.initial[path[0]] or not numerator.final[path[-1]]:
                    return -math.inf
                total = y[0, 0, numerator.units[path[0]]].item()
                for t, (before, s) in enumerate(zip(path, path[1:]), 1):
                    enter = before in numerator.predecessors[s]
                    if not enter and before != s:
                        return -math.inf
                    moves = [y[0, t, numerator.units[s]].item()] if enter else []
                    moves += [y[0, t, U + numerator.units[s]].item()] if before == s else []
                    total += max(moves)
                return total

            best = max(map(score, itertools.product(states, repeat=5)))
            found = best_paths(y, [5], [numerator])[0]
            self.assertAlmostEqual(score(list(found)), best, places=4)


if __name__ == "__main__":
    unittest.main()
