"""Probability on plain arrays: priors, quadrature, whitening and the posterior of an effect.

This room knows no diary and no trial. It needs NumPy and SciPy; only ``kernel`` needs numba.
"""
