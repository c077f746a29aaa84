"""Draws the pictures of docs/pitfalls.md from simulated experiments, and prints their numbers.

    python3 docs/images/make_pitfalls.py [FOLDER]

Needs numpy and matplotlib. The alignment here is a plain ridge regression from brain to model with
one penalty, written apart from brainalign, so that each picture shows the method and not a program.
FOLDER is docs/images/pitfalls if none is given.
"""

import pathlib
import sys

import matplotlib
import numpy as np

matplotlib.use("Agg")
import matplotlib.pyplot as plt  # noqa: E402

SFREQ = 30.0  # samples a second
TIMES = np.arange(-15, 46) / SFREQ  # -0.5 to 1.5 s
DARK, RED, GREY, LIGHT = "#00224e", "#b03a2e", "#7a7a7a", "#d5d5d5"
STYLE = {
    "font.size": 8, "axes.titlesize": 8, "axes.labelsize": 8, "legend.fontsize": 7.5,
    "axes.spines.top": False, "axes.spines.right": False, "axes.linewidth": 0.6,
    "xtick.major.width": 0.6, "ytick.major.width": 0.6, "svg.fonttype": "none",
    "svg.hashsalt": "brainalign", "font.family": "sans-serif",
    "font.sans-serif": ["Helvetica", "Arial", "Liberation Sans", "DejaVu Sans"],
    "legend.frameon": False, "axes.titlelocation": "left",
}


def onsets_of(random, words):
    """Onsets in seconds of about three words a second."""
    return 2 + np.cumsum(random.uniform(0.2, 0.46, words))


def slow(random, shape, seconds, step):
    """Noise along the first axis with the autocorrelation exp(-lag / seconds), variance 1."""
    keep = np.exp(-step / seconds)
    noise = random.normal(size=shape) * np.sqrt(1 - keep ** 2)
    noise[0] /= np.sqrt(1 - keep ** 2)
    for i in range(1, shape[0]):
        noise[i] += keep * noise[i - 1]
    return noise


def epochs_of(continuous, onsets):
    """Cut (samples, sensors) into (words, sensors, times)."""
    rows = np.round(onsets * SFREQ).astype(int)[:, np.newaxis] + np.round(TIMES * SFREQ).astype(int)
    return continuous[rows].transpose(0, 2, 1)


def contiguous_folds(words, folds=5):
    return np.arange(words) * folds // words


def training_of(test, onsets, purge):
    """The training words: all others, less those within `purge` seconds of a test word."""
    distance = np.abs(onsets[:, np.newaxis] - onsets[test]).min(axis=1)
    return ~test & (distance >= purge)


def align(epochs, layers, onsets, fold, purge, alpha=100.0):
    """Mean Pearson r (layers, times) of activations predicted from the brain, over 5 folds."""
    sizes = [layer.shape[1] for layer in layers]
    targets = np.concatenate(layers, axis=1)
    scores = np.zeros((len(layers), epochs.shape[2]))
    folds = np.unique(fold)
    for k in folds:
        test = fold == k
        train = training_of(test, onsets, purge)
        mean = targets[train].mean(axis=0)
        for t in range(epochs.shape[2]):
            x, held = epochs[train, :, t], epochs[test, :, t]
            centre, spread = x.mean(axis=0), x.std(axis=0)
            x, held = (x - centre) / spread, (held - centre) / spread
            weights = np.linalg.solve(x.T @ x + alpha * np.eye(x.shape[1]),
                                      x.T @ (targets[train] - mean))
            guess, true = held @ weights, targets[test]
            guess = guess - guess.mean(axis=0)
            true = true - true.mean(axis=0)
            r = (guess * true).sum(axis=0) / np.sqrt((guess ** 2).sum(axis=0)
                                                     * (true ** 2).sum(axis=0))
            for l, part in enumerate(np.split(r, np.cumsum(sizes)[:-1])):
                scores[l, t] += part.mean() / len(folds)
    return scores


def t_max(scores, times=TIMES):
    """Mean of the times where a layer's score is at least 95 % of its largest."""
    return np.array([times[row >= 0.95 * row.max()].mean() for row in scores])


def respond(random, samples, sensors, onsets, features, kernel):
    """Sum of responses to (words, dims) features: a map to the sensors times a time course."""
    brain = np.zeros((samples, sensors))
    mapped = features @ random.normal(size=(features.shape[1], sensors)) / np.sqrt(
        features.shape[1])
    for row, onset in zip(mapped, np.round(onsets * SFREQ).astype(int)):
        brain[onset:onset + len(kernel)] += kernel[:, np.newaxis] * row
    return brain


def bump(peak, width):
    """A response that is largest `peak` seconds after the onset."""
    seconds = np.arange(60) / SFREQ
    return np.exp(-((seconds - peak) / width) ** 2)


def new_figure(rows=1, columns=2, height=58, **options):
    return plt.subplots(rows, columns, figsize=(160 / 25.4, height / 25.4), layout="constrained",
                        **options)


def overlap():
    random = np.random.default_rng(1)
    words = 600
    onsets = onsets_of(random, words)
    first, length = TIMES[0], TIMES[-1] - TIMES[0]
    figure, (left, right) = new_figure(gridspec_kw={"width_ratios": [1.25, 1]})
    shown = np.arange(100, 112)
    start = onsets[shown[0]]
    for row, word in enumerate(shown):
        left.plot([onsets[word] + first - start, onsets[word] + TIMES[-1] - start], [row, row],
                  color=RED if row == 5 else DARK, linewidth=3, solid_capstyle="butt")
        left.plot(onsets[word] - start, row, "|", color="white", markersize=5, markeredgewidth=1.2)
    at = onsets[shown[5]] - start
    left.axvspan(at + first, at + TIMES[-1], color=RED, alpha=0.1, linewidth=0)
    left.set(xlabel="seconds of the recording", ylabel="words, in order", yticks=[],
             title="The epoch of a word (red) and of its neighbours")
    sharing = (np.abs(onsets[:, np.newaxis] - onsets) <= length).sum(axis=1) - 1
    middle = sharing[50:-50]

    fold = contiguous_folds(words)
    test = fold == 2
    counts = {}
    for purge in (0.0, length + 1 / SFREQ):
        train = np.zeros(int(SFREQ * (onsets[-1] + 5)), int)
        for word in np.flatnonzero(training_of(test, onsets, purge)):
            begin = int(round(onsets[word] * SFREQ)) + int(round(first * SFREQ))
            train[begin:begin + len(TIMES)] = 1
        counts[purge] = np.array([
            train[int(round(onsets[w] * SFREQ)) + int(round(first * SFREQ)):][:len(TIMES)].mean()
            for w in np.flatnonzero(test)])
    for (purge, share), colour, name in zip(counts.items(), (RED, DARK), ("no purge", "purged")):
        right.plot(np.arange(1, 13), 100 * share[:12], "o-", markersize=3.5, linewidth=1.2,
                   color=colour, label=name)
    right.set(xlabel="test words from the edge of the fold", ylabel="% of samples also in training",
              ylim=(-4, 104), title="What the edge of a fold gives away", xticks=[1, 4, 8, 12])
    right.legend(loc="upper right")
    print(f"overlap: a word shares samples with {middle.mean():.1f} others "
          f"({middle.min()} to {middle.max()}); first test word: "
          f"{100 * counts[0.0][0]:.0f} % of its samples also in training, purged "
          f"{100 * list(counts.values())[1][0]:.0f} %")
    return figure


def shuffled():
    names = ["shuffled words", "contiguous,\nnot purged", "contiguous\nand purged"]
    found = []
    for seed in range(20):
        random = np.random.default_rng(100 + seed)
        words, sensors = 600, 60
        onsets = onsets_of(random, words)
        brain = slow(random, (int(SFREQ * (onsets[-1] + 3)), sensors), 2.0, 1 / SFREQ)
        model = [slow(random, (words, 10), 3.0, 0.33)]
        epochs = epochs_of(brain, onsets)[:, :, [15]]  # at the onset
        order = random.permutation(words)
        folds = contiguous_folds(words)
        # Any two words of one epoch share samples: purged is all that is nearer.
        found.append([align(epochs, model, onsets, fold, purge, 10.0)[0, 0]
                      for fold, purge in ((folds[order], 0), (folds, 0), (folds, 2.0))])
    found = np.array(found)
    figure, axis = new_figure(columns=1, height=62)
    axis.axvline(0, color=GREY, linewidth=0.8)
    for row, (name, colour) in enumerate(zip(names, (RED, GREY, DARK))):
        y = 2 - row + np.linspace(-0.22, 0.22, len(found))
        axis.plot(found[:, row], y, "o", markersize=3, color=colour, alpha=0.75,
                  markeredgewidth=0)
        axis.plot([found[:, row].mean()] * 2, [1.65 - row, 2.35 - row], color="black",
                  linewidth=1.6)
    axis.set(yticks=[2, 1, 0], yticklabels=names, xlabel="Pearson r between two things that have "
             "nothing to do with each other",
             title="Each dot is one simulated experiment; bars are means")
    axis.tick_params(axis="y", length=0)
    print("shuffled: mean r", dict(zip(names, found.mean(axis=0).round(3))))
    return figure


def legendre(position, degree, matrix):
    basis = np.polynomial.legendre.legvander(2 * position - 1, degree)
    return matrix - basis @ np.linalg.lstsq(basis, matrix, rcond=None)[0]


def drift():
    random = np.random.default_rng(3)
    words, sensors, dims = 1200, 30, 12
    onsets = onsets_of(random, words)
    samples = int(SFREQ * (onsets[-1] + 3))
    clock = np.arange(samples) / samples
    shared = np.stack([clock, clock ** 2]).T
    brain = slow(random, (samples, sensors), 0.1, 1 / SFREQ)
    shared = (shared - shared.mean(axis=0)) / shared.std(axis=0)
    brain += shared @ random.normal(size=(2, sensors))
    at_words = np.round(onsets * SFREQ).astype(int)
    model = random.normal(size=(words, dims)) + shared[at_words] @ random.normal(
        size=(2, dims))
    position = (onsets - onsets[0]) / (onsets[-1] - onsets[0])
    epochs = epochs_of(brain, onsets)
    with_drift = align(epochs, [model], onsets, contiguous_folds(words), 2.1)[0]
    flat = legendre(position, 3, epochs.reshape(words, -1)).reshape(epochs.shape)
    without = align(flat, [legendre(position, 3, model)], onsets, contiguous_folds(words), 2.1)[0]
    figure, (left, right) = new_figure(gridspec_kw={"width_ratios": [1, 1.1]})
    sensor = brain[at_words, np.argmax(np.abs(np.corrcoef(brain[at_words].T, shared[at_words, 0])[
        -1, :-1]))]
    column = model[:, np.argmax(np.abs(np.corrcoef(model.T, shared[at_words, 0])[-1, :-1]))]
    smooth = np.ones(60) / 60
    for series, colour, name in ((sensor, DARK, "a sensor"), (column, RED, "a model dimension")):
        running = np.convolve((series - series.mean()) / series.std(), smooth, "valid")
        left.plot(onsets[30:30 + len(running):12] / 60, running[::12], color=colour, linewidth=1.2,
                  label=name)
    left.set(xlabel="minutes of the recording", ylabel="running mean (sd)",
             title="Both sides drift over the session")
    left.legend(loc="best")
    right.axvspan(TIMES[0], 0, color=LIGHT, alpha=0.5, linewidth=0)
    right.axhline(0, color=GREY, linewidth=0.8)
    right.plot(TIMES, with_drift, color=RED, linewidth=1.4, label="as recorded")
    right.plot(TIMES, without, color=DARK, linewidth=1.4, label="drift taken out (--detrend 3)")
    right.set(xlabel="time after word onset (s)", ylabel="Pearson r", xlim=(TIMES[0], TIMES[-1]),
              xticks=[-0.5, 0, 0.5, 1, 1.5], ylim=(-0.05, 1.5 * with_drift.max()),
              title="No word matters, and yet there is a score")
    right.legend(loc="upper right")
    print(f"drift: mean r {with_drift.mean():.3f} over all times, before onset "
          f"{with_drift[TIMES < 0].mean():.3f}; detrended {without.mean():.3f}")
    return figure


def order_without_delay():
    random = np.random.default_rng(4)
    words, sensors, dims, count = 3000, 40, 20, 9
    onsets = onsets_of(random, words)
    features = random.normal(size=(words, dims))
    samples = int(SFREQ * (onsets[-1] + 4))
    brain = respond(random, samples, sensors, onsets, features, bump(0.4, 0.25))
    brain += 1.5 * brain.std() * slow(random, brain.shape, 0.1, 1 / SFREQ)
    depth = np.arange(1, count + 1) / count
    epochs = epochs_of(brain, onsets)

    def scores_of(keeps):
        """Scores of layers in which each word has an echo of those before it."""
        layers = []
        for keep in keeps:
            layer = features.copy()
            for i in range(1, words):
                layer[i] += keep * layer[i - 1]
            layers.append(layer)
        return align(epochs, layers, onsets, contiguous_folds(words), 2.1)

    scores = scores_of(0.75 * (1 - depth))
    peaks = t_max(scores)
    score = np.corrcoef(depth, peaks)[0, 1]
    reversed_score = np.corrcoef(depth, t_max(scores_of(0.75 * (1 - depth[::-1]))))[0, 1]
    figure, (left, right) = new_figure(gridspec_kw={"width_ratios": [1.3, 1]})
    cividis = plt.get_cmap("cividis")
    for l in range(count):
        left.plot(TIMES, scores[l] / scores[l].max(), linewidth=1.1,
                  color=cividis(0.65 * l / (count - 1)))
    left.axvspan(TIMES[0], 0, color=LIGHT, alpha=0.5, linewidth=0)
    left.axhline(0, color=GREY, linewidth=0.8)
    left.text(0.98, 0.96, "dark: first layer,\nlight: last layer", transform=left.transAxes,
              ha="right", va="top", fontsize=7.5)
    left.set(xlabel="time after word onset (s)", ylabel="r / largest r of the layer",
             xlim=(TIMES[0], TIMES[-1]), xticks=[-0.5, 0, 0.5, 1, 1.5],
             title="Nine layers, one response in the brain")
    slope, start = np.polyfit(depth, peaks, 1)
    right.plot(depth, start + slope * depth, color=GREY, linewidth=1)
    right.plot(depth, peaks, "o", color=DARK, markersize=4)
    right.axhline(0.4, color=RED, linewidth=1, linestyle="--")
    right.text(0.02, 0.405, "the brain's only delay", color=RED, fontsize=7.5, va="bottom")
    right.set(xlabel="relative depth", ylabel="t_max (s)", xlim=(0, 1.05),
              title=f"Temporal score {score:.2f}")
    right.set_ylim(min(peaks.min(), 0.4) - 0.05, 0.48)
    print(f"order: temporal score {score:.3f}; t_max from {peaks[0]:.3f} to {peaks[-1]:.3f} s; "
          f"the only delay is 0.4 s; with an echo that grows with depth {reversed_score:.3f}")
    return figure


def attenuation():
    levels = np.array([0.05, 0.09, 0.11, 0.13, 0.16, 0.2, 0.3, 0.5])
    count, words, sensors, dims = 9, 900, 30, 6
    depth = np.arange(1, count + 1) / count

    def experiment(level, seed):
        """Best score and temporal score of layers that peak one after the other."""
        random = np.random.default_rng(1000 + seed)
        onsets = onsets_of(random, words)
        samples = int(SFREQ * (onsets[-1] + 4))
        layers = [random.normal(size=(words, dims)) for _ in depth]
        brain = np.zeros((samples, sensors))
        for d, layer in zip(depth, layers):
            brain += respond(random, samples, sensors, onsets, layer, bump(0.2 + 0.6 * d, 0.25))
        brain = level * brain / brain.std() + random.normal(size=brain.shape)
        scores = align(epochs_of(brain, onsets)[:, :, ::2], layers, onsets,
                       contiguous_folds(words), 2.1)
        return scores.max(), np.corrcoef(depth, t_max(scores, TIMES[::2]))[0, 1]

    best, temporal = np.array([experiment(level, seed) for level in levels
                               for seed in range(12)]).T
    best = best.reshape(len(levels), -1)
    temporal = temporal.reshape(len(levels), -1)
    figure, axis = new_figure(columns=1, height=68)
    axis.axhline(1, color=RED, linewidth=1, linestyle="--")
    axis.text(best.max(), 1.03, "the truth", color=RED, fontsize=7.5, ha="right", va="bottom")
    axis.axhline(0, color=GREY, linewidth=0.8)
    axis.plot(best.ravel(), temporal.ravel(), "o", markersize=3, color=DARK, alpha=0.45,
              markeredgewidth=0)
    axis.plot(best.mean(axis=1), temporal.mean(axis=1), "-", color="black", linewidth=1.4,
              marker="o", markersize=4)
    axis.set(xlabel="best score of the matrix (Pearson r): more noise to the left",
             ylabel="temporal score", ylim=(min(-0.6, temporal.min() - 0.05), 1.15),
             title="Layers in perfect order; black: means over 12 experiments")
    for b, s in zip(best.mean(axis=1), temporal.mean(axis=1)):
        print(f"attenuation: best r {b:.3f}, temporal score {s:.2f}")
    chance = np.mean([experiment(0.0, seed)[0] for seed in range(12)])
    print(f"attenuation: best r of noise alone {chance:.3f}")
    return figure


def main():
    folder = pathlib.Path(sys.argv[1] if len(sys.argv) > 1 else
                          pathlib.Path(__file__).parent / "pitfalls")
    folder.mkdir(parents=True, exist_ok=True)
    with plt.rc_context(STYLE):
        for make in (overlap, shuffled, drift, order_without_delay, attenuation):
            figure = make()
            figure.savefig(folder / f"{make.__name__}.svg", metadata={"Date": None})
            plt.close(figure)


if __name__ == "__main__":
    main()
