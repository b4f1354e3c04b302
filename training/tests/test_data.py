"""Augmentation: what it changes and what it leaves alone. Run with python3 tests/test_data.py from training/."""
import sys
import unittest
from pathlib import Path

import numpy as np

sys.path.insert(0, str(Path(__file__).parent.parent))
from hearken_training import data, features


class AugmentationTest(unittest.TestCase):
    def test_a_vocal_tract_of_the_same_length_changes_nothing(self):
        x = np.random.default_rng(1).normal(size=(20, features.BINS)).astype(np.float32)
        np.testing.assert_allclose(data.vocal_tract(x, 1), x, atol=1e-5)

    def test_a_vocal_tract_of_another_length_moves_a_formant(self):
        centres = features.bin_centres()
        for factor in (0.88, 1.12):
            formant = np.exp(-(((centres - 1500) / 200) ** 2))[None].astype(np.float32)
            heard = centres[data.vocal_tract(formant, factor)[0].argmax()]
            self.assertAlmostEqual(heard * factor, 1500, delta=60)

    def test_a_span_a_second_is_masked(self):
        for seconds in (1, 5, 15):
            x = data.mask(np.ones((100 * seconds, features.BINS), np.float32), np.random.default_rng(2))
            silent = (x == 0).all(1)
            spans = np.diff(silent.astype(int)) == 1
            self.assertTrue(0 < spans.sum() <= 3 + seconds)
            self.assertLess(silent.mean(), 0.6)


if __name__ == "__main__":
    unittest.main()
