"""An estimator for people who have pipelines of scikit-learn."""

from typing import Any, Optional

import numpy as np

try:
    from sklearn.base import BaseEstimator
    from sklearn.utils.validation import check_array, check_is_fitted
except ImportError:
    raise ImportError("brainalign.sklearn needs the package scikit-learn.") from None

from ._options import Options
from .client import Client
from .errors import InputError

__all__ = ["Alignment"]


class Alignment(BaseEstimator):  # type: ignore[misc]
    """Aligns a recording with the layers of a model; its score is the alignment score.

    Every parameter but `server` and `times` is one of `brainalign.Options`.

    Parameters
    ----------
    times : sequence of float, optional
        (T), seconds relative to word onset; 0, 1, 2 ... if it is None.
    server : str, optional
        As for `brainalign.Client`.
    preset, direction, metric, folds, fold_by, purge_seconds, alphas, selection, inner_folds, \
shared_alpha, pca, zscore_words, pca_words, window_bounds_seconds, precision, nulls, null_by, \
draws, seed, detrend, block_words, min_shift_words, where, cca_components, cca_rho, \
time_generalisation, arrays, delays
        As for `brainalign.Options`.

    Attributes
    ----------
    result_ : Result
        All that is known of the alignment.
    score_matrix_ : numpy.ndarray
        (L, T).
    t_max_ : numpy.ndarray
        (L), seconds.
    temporal_score_ : float
        Pearson r of `t_max_` and depth.
    n_features_in_ : int
        Sensors.

    Examples
    --------
    >>> Alignment(pca=50, preset="paper")
    Alignment(pca=50, preset='paper')
    """

    def __init__(self, *, times: Any = None, server: "Optional[str]" = None,
                 preset: str = "strict", direction: str = "brain_to_model",
                 metric: str = "pearson", folds: int = 5, fold_by: "Optional[str]" = None,
                 purge_seconds: "Optional[float]" = None, alphas: Any = (),
                 selection: "Optional[str]" = None, inner_folds: int = 5,
                 shared_alpha: bool = False, pca: int = 0, zscore_words: "Optional[str]" = None,
                 pca_words: "Optional[str]" = None, window_bounds_seconds: Any = (),
                 precision: str = "exact", nulls: int = 0, null_by: "Optional[str]" = None,
                 draws: int = 0, seed: int = 0,
                 detrend: "Optional[int]" = None, block_words: "Optional[int]" = None,
                 min_shift_words: "Optional[int]" = None, where: str = "",
                 cca_components: "Optional[int]" = None, cca_rho: "Optional[float]" = None,
                 time_generalisation: bool = False, arrays: Any = (),
                 delays: Any = ()) -> None:
        self.times = times
        self.server = server
        self.preset = preset
        self.direction = direction
        self.metric = metric
        self.folds = folds
        self.fold_by = fold_by
        self.purge_seconds = purge_seconds
        self.alphas = alphas
        self.selection = selection
        self.inner_folds = inner_folds
        self.shared_alpha = shared_alpha
        self.pca = pca
        self.zscore_words = zscore_words
        self.pca_words = pca_words
        self.window_bounds_seconds = window_bounds_seconds
        self.precision = precision
        self.nulls = nulls
        self.null_by = null_by
        self.draws = draws
        self.seed = seed
        self.detrend = detrend
        self.block_words = block_words
        self.min_shift_words = min_shift_words
        self.where = where
        self.cca_components = cca_components
        self.cca_rho = cca_rho
        self.time_generalisation = time_generalisation
        self.arrays = arrays
        self.delays = delays

    def _options(self) -> Options:
        given = self.get_params(deep=False)
        given.pop("times")
        given.pop("server")
        return Options(**given)

    def fit(self, X: Any, y: Any, groups: Any = None, onsets: Any = None,
            nuisance: Any = None) -> "Alignment":
        """Compute the alignment on the server.

        Parameters
        ----------
        X : array
            (w, s, T), or (w, s) for one time.
        y : array, list of arrays, mapping or Activations
            (w), (w, d), (L, w, d), or one (w, d) a layer.
        groups : sequence, optional
            (w), story or session of each word.
        onsets : sequence of float, optional
            (w), seconds.
        nuisance : array, optional
            (w, columns) or (w): taken out of the activations in each fold, by a regression that is
            fitted on the training words.

        Returns
        -------
        Alignment
            Itself.

        Raises
        ------
        InputError
            If X and y differ in words, or an argument or a parameter is wrong.
        """
        options = self._options()
        # Refuses what estimators refuse, with the words that they use. Nothing is copied.
        brain = check_array(X, allow_nd=True, ensure_min_samples=2)
        if brain.ndim == 2:
            brain = brain[:, :, np.newaxis]
        if brain.ndim != 3:
            raise InputError(f"X has {brain.ndim} axes; (words, sensors, times) is needed.",
                             field="X")
        times = np.arange(brain.shape[2], dtype=float) if self.times is None else self.times
        layers = _layers_of(y)
        with Client(self.server) as client:
            self.result_ = client.align(brain, layers, times=times, groups=groups, onsets=onsets,
                                        nuisance=nuisance, progress=False,
                                        options=options).result(progress=False)
        self.score_matrix_ = self.result_.score
        self.t_max_ = self.result_.t_max
        self.temporal_score_ = self.result_.temporal_score
        self.n_features_in_ = brain.shape[1]
        return self

    def score(self, X: Any = None, y: Any = None, sample_weight: Any = None, groups: Any = None,
              onsets: Any = None, nuisance: Any = None) -> float:
        """Return the alignment score of the best layer, which is of held-out words already.

        Parameters
        ----------
        X, y : arrays, optional
            Data to align instead of those of `fit`.
        sample_weight
            Not used.
        groups, onsets, nuisance : sequences, optional
            Of `X` and `y`, as for `fit`.

        Returns
        -------
        float
        """
        if X is None:
            alone = [name for name, value in (("y", y), ("groups", groups), ("onsets", onsets),
                                              ("nuisance", nuisance)) if value is not None]
            if alone:
                raise InputError(f"{alone[0]} is given without X: both, or neither for the data of "
                                 "fit.", field=alone[0])
            check_is_fitted(self, "result_")
            return float(self.result_.alignment_score_best_layer)
        from sklearn.base import clone
        fresh = clone(self).fit(X, y, groups, onsets, nuisance)
        return float(fresh.result_.alignment_score_best_layer)


def _layers_of(y: Any) -> Any:
    """Return `y` with a layer for each (w, d), as `Activations` takes it."""
    if y is None:
        raise InputError("y is missing: the activations, a row a word.", field="y")
    numbers = isinstance(y, (list, tuple)) and bool(y) and np.ndim(y[0]) == 0
    if numbers or getattr(y, "ndim", 0) == 1:
        # Labels of a target, such as whole numbers, are its values.
        return [np.asarray(y, dtype=np.float64)[:, np.newaxis]]
    return [y] if getattr(y, "ndim", 0) == 2 else y
