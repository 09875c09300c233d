"""A periodic elastic half-space pressed by a rigid shape, on a grid: the referee for closed forms, and nothing else.

Pressure is nowhere negative and moves the surface to the shape wherever it presses, found by conjugate gradients
(Polonsky and Keer 1999, doi:10.1016/S0043-1648(99)00113-1) with the half-space's answer to a wave, 2 / (E* |q|).
"""

import numpy as np


def press(shape, pitch, modulus, load, *, rounds=4000, tolerance=1e-7):
    """Press a rigid shape, its height below its lowest point in mm, shape (n, n) or (1, n), into a half-space.

    Gives the pressure in N/mm², shape as given, and the depth of the lowest point below the mean plane in mm.
    """
    n = shape.shape
    step = pitch / n[1]
    mean = load / pitch**2
    q = 2 * np.pi * np.hypot(*np.meshgrid(*(np.fft.fftfreq(m, step) for m in n), indexing="ij"))
    answer = np.divide(2 / modulus, q, out=np.zeros_like(q), where=q > 0)

    def deflected(pressure):
        return np.fft.ifft2(answer * np.fft.fft2(pressure)).real

    pressure = np.full(n, mean)
    direction, last = np.zeros(n), 1.0
    gap_scale = np.ptp(shape)
    for _ in range(rounds):
        inside = pressure > 0
        gap = shape + deflected(pressure)  # but for the depth, which closes it on average over the contact
        gap = gap - gap[inside].mean()
        now = float((gap[inside] ** 2).sum())
        direction = np.where(inside, gap + now / last * direction, 0.0)
        image = deflected(direction)
        image = image - image[inside].mean()
        length = float((gap[inside] * direction[inside]).sum() / (image[inside] * direction[inside]).sum())
        pressure = np.where(inside, pressure - length * direction, 0.0)
        pressure = np.maximum(pressure, 0.0)
        overlapping = (pressure == 0) & (gap < 0)
        pressure[overlapping] -= length * gap[overlapping]
        last = now if not overlapping.any() else np.inf
        pressure *= mean / pressure.mean()
        if np.sqrt(now / inside.sum()) < tolerance * gap_scale:
            break
    inside = pressure > 0
    depth = float((shape + deflected(pressure))[inside].mean())
    return pressure, depth
