// Results as `brainalign run --out` writes them, for the tests of reports.

// A number in [-1, 1) that depends on `index` alone.
function noise(index) {
  const x = Math.sin(index * 12.9898 + 78.233) * 43758.5453;
  return 2 * (x - Math.floor(x)) - 1;
}

// Layers that peak one after the other, `height` above noise.
export function makeResult({ layers, times, height, names, uncertainty = false, holes = false,
  folds = 0, generalised = false }) {
  const axis = Array.from({ length: times }, (_, t) => -0.5 + (2 * t) / Math.max(1, times - 1));
  const depth = Array.from({ length: layers }, (_, l) => (l + 1) / layers);
  const score = depth.map((d, l) => axis.map((time, t) => {
    if (holes && (l + t) % 7 === 0) return null;
    return height * Math.exp(-(((time - 0.1 - 0.7 * d) / 0.2) ** 2)) + 0.004 * noise(l * times + t);
  }));
  const grid = (value) => score.map((row, l) => row.map((_, t) => value(l, t)));
  const tMax = depth.map((d) => (height > 0 ? 0.1 + 0.7 * d : null));
  const result = {
    score, times: axis, depth, t_max: tMax, layer_names: names ?? depth.map((_, l) => `layer.${l}`),
    temporal_score: height > 0 ? 0.99 : null, temporal_score_p: height > 0 ? 1e-5 : null,
    options: { preset: 'strict', metric: 'pearson', alphas: [1, 10] }, numerics_version: '1',
    notes: ['2 words were dropped.'],
  };
  if (folds > 0) {
    result.score_per_fold = Array.from({ length: folds }, (_, k) => score.map((row, l) => row.map(
      (value, t) => value + 0.02 * noise(7919 * (k + 1) + l * times + t))));
    Object.assign(result, { fold_sizes: Array(folds).fill(480), words_used: 480 * folds,
      training_sizes: Array(folds).fill(480 * (folds - 1) - 16), purged_words: Array(folds).fill(16) });
    Object.assign(result.options, { folds, purge_seconds: 2, selection: 'blocked', inner_folds: 5,
      pca: 50, direction: 'brain_to_model', zscore_words: 'training', pca_words: 'training' });
  }
  if (generalised) {
    // A code that lasts for 0.3 s around each layer's time.
    result.time_generalisation = depth.map((d, l) => axis.map((fit, t) => axis.map((time, u) => {
      const [early, late] = [fit, time].map((at) => Math.exp(-(((at - 0.1 - 0.7 * d) / 0.3) ** 2)));
      return t === u ? score[l][t] : Number((height * early * late - 0.01 * noise(t * times + u)).toFixed(5));
    })));
  }
  if (uncertainty) {
    result.uncertainty = {
      no_relation: {
        nulls: 199, p_max: height > 0 ? 0.005 : 0.62, familywise_threshold: 0.1,
        p_familywise: grid((l, t) => ((score[l][t] ?? 0) > 0.1 ? 0.005 : 0.5)),
      },
      t_quantile: 2, se_refit: grid(() => 0.01),
      t_max_interval: [tMax.map((v) => v && v - 0.05), tMax.map((v) => v && v + 0.05)],
      slope_interval: [0.6, 0.8], order: { p_temporal_score: 0.001 },
      cautions: ['The nulls assume that the two sides share no drift.'],
    };
  }
  return result;
}

const hostile = '</script><img src=x onerror="window.harmed=1">';

export const results = {
  small: { layers: 2, times: 3, height: 0.2 },
  single: { layers: 1, times: 1, height: 0.2 },
  strong: { layers: 12, times: 166, height: 0.3, uncertainty: true, folds: 5 },
  none: { layers: 12, times: 166, height: 0, uncertainty: true, folds: 5 },
  three: { layers: 3, times: 61, height: 0.2, uncertainty: true, folds: 3 },
  generalised: { layers: 5, times: 40, height: 0.2, uncertainty: true, generalised: true },
  long: { layers: 4, times: 166, height: 0.2, generalised: true },
  untested: { layers: 9, times: 60, height: 0 },
  holes: { layers: 8, times: 40, height: 0.2, holes: true },
  hostile: { layers: 3, times: 30, height: 0.2, uncertainty: true,
    names: [hostile, '{a|b}\u202e"\'&lt;', '\u5c64 \u05e9\u05db\u05d1\u05d4'] },
  many: { layers: 96, times: 166, height: 0.3, uncertainty: true, folds: 5 },
};
