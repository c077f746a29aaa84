"""Metrics of two matrices by their textbook formulas, with whole matrices of words by words.

Each takes a brain (words, sensors) and activations (words, dimensions) that are z-scored and projected
already, and returns (score, how many of its parts are undefined and count 0).
"""
import numpy as np

ROUNDING = 1e-12


def root(covariance):
    """The symmetric inverse square root."""
    values, vectors = np.linalg.eigh(covariance)
    return vectors / np.sqrt(values) @ vectors.T


def correlation(a, b):
    """Pearson r, or None where one of the two is constant."""
    spread = [np.linalg.norm(v - v.mean()) > ROUNDING * np.linalg.norm(v) for v in (a, b)]
    return np.corrcoef(a, b)[0, 1] if all(spread) else None


def cca(x, y, train, test, components, rho):
    """Mean held-out r of the first canonical pairs, with Cxx + rho tr(Cxx)/s I and the same of y."""
    components = min(components, x.shape[1], y.shape[1])
    x = x - x[train].mean(0)
    y = y - y[train].mean(0)
    # A column without variance in training has no weight.
    x, y = (np.where(np.ptp(v[train], axis=0) == 0, 0, v) for v in (x, y))
    cxx, cyy, cxy = (a[train].T @ b[train] / len(train) for a, b in ((x, x), (y, y), (x, y)))
    if not cxx.any() or not cyy.any():
        return 0.0, components
    rx = root(cxx + rho * np.trace(cxx) / len(cxx) * np.eye(len(cxx)))
    ry = root(cyy + rho * np.trace(cyy) / len(cyy) * np.eye(len(cyy)))
    u, size, vt = np.linalg.svd(rx @ cxy @ ry, full_matrices=False)
    total, undefined = 0.0, components - min(components, len(size))
    for i in range(min(components, len(size))):
        r = correlation(x[test] @ rx @ u[:, i], y[test] @ ry @ vt[i]) if size[i] > 1e-9 else None
        total, undefined = (total, undefined + 1) if r is None else (total + r, undefined)
    return total / components, undefined


def centred(matrix):
    constant = np.ptp(matrix, axis=0) == 0
    return np.where(constant, 0, matrix - matrix.mean(0))


def normed(matrix):
    """Of norm 1, so that fourth powers of any unit are numbers."""
    size = np.linalg.norm(matrix)
    return matrix / size if size > 0 else matrix


def cka(x, y):
    """Linear CKA of Kornblith et al. 2019, from the two centred kernels."""
    x, y = normed(centred(x)), normed(centred(y))
    if not x.any() or not y.any():
        return 0.0, 1
    k, l = x @ x.T, y @ y.T
    return (k * l).sum() / (np.linalg.norm(k) * np.linalg.norm(l)), 0


def hsic_unbiased(k, l):
    """HSIC_1 of Song et al. 2012, equation 5."""
    n = len(k)
    k, l, one = k - np.diag(np.diag(k)), l - np.diag(np.diag(l)), np.ones(n)
    between = (one @ k @ one) * (one @ l @ one) / ((n - 1) * (n - 2))
    return (np.trace(k @ l) + between - 2 / (n - 2) * (one @ k @ l @ one)) / (n * (n - 3))


def cka_debiased(x, y):
    x, y = normed(centred(x)), normed(centred(y))
    if not x.any() or not y.any():
        return 0.0, 1
    k, l = x @ x.T, y @ y.T
    return hsic_unbiased(k, l) / np.sqrt(hsic_unbiased(k, k) * hsic_unbiased(l, l)), 0


def distances(matrix):
    """The condensed matrix of 1 - r between rows, and how many rows have no variance: r is 0 there."""
    about = matrix - matrix.mean(1, keepdims=True)
    flat = np.linalg.norm(about, axis=1) <= ROUNDING * np.abs(matrix).max(1)
    units = np.where(flat[:, None], 0, about) / np.where(flat, 1, np.linalg.norm(about, axis=1))[:, None]
    return (1 - units @ units.T)[np.triu_indices(len(matrix), 1)], int(flat.sum())


def rsa(x, y):
    """Pearson r of the two condensed matrices of 1 - r between words."""
    (a, flat_x), (b, flat_y) = distances(x), distances(y)
    if np.ptp(a) < ROUNDING or np.ptp(b) < ROUNDING:
        return 0.0, flat_x + flat_y + 1
    return np.corrcoef(a, b)[0, 1], flat_x + flat_y


def compare(options, x, y, train, test):
    """The score of one cell, and the count of what is undefined."""
    if options["metric"] == "cca":
        return cca(x, y, train, test, options["cca_components"], options["cca_rho"])
    return {"cka": cka, "cka_debiased": cka_debiased, "rsa": rsa}[options["metric"]](x[test], y[test])
