#include "client/rigour/neighbours.h"

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <cstdint>
#include <map>
#include <utility>
#include <vector>

#include "absl/strings/str_cat.h"
#include "core/linalg/unit_exponent.h"
#include "core/problem/sessions.h"

namespace brainalign {
namespace {

// Of the tensor that is made, in memory and at a server.
constexpr std::int64_t kMostNumbers = std::int64_t{1} << 28;
constexpr std::int64_t kNone = -1;

// For each word given, the words that are used before and after it in its session; or kNone.
struct Neighbours {
  std::vector<std::int64_t> previous;
  std::vector<std::int64_t> next;
};

Neighbours NeighboursOf(const BrainInput& brain, const std::vector<std::int64_t>& session) {
  const auto words = static_cast<std::size_t>(brain.words());
  Neighbours neighbours{std::vector<std::int64_t>(words, kNone),
                        std::vector<std::int64_t>(words, kNone)};
  std::map<std::int64_t, std::int64_t> last;  // of each session
  ForEachSelected(brain, brain.words(), [&](std::int64_t word) {
    const std::int64_t of = session.empty() ? 0 : session[static_cast<std::size_t>(word)];
    if (const auto before = last.find(of); before != last.end()) {
      neighbours.previous[static_cast<std::size_t>(word)] = before->second;
      neighbours.next[static_cast<std::size_t>(before->second)] = word;
    }
    last[of] = word;
  });
  return neighbours;
}

// As sensors, dimensions are standardised one by one: each may be in a unit that float32 holds.
void BringDimensionsToUnit(std::vector<double>& values, std::size_t width) {
  constexpr int kMostInSingle = 100;
  for (std::size_t d = 0; d < width; ++d) {
    double largest = 0;
    for (std::size_t i = d; i < values.size(); i += width) {
      largest = std::max(largest, std::abs(values[i]));
    }
    const int exponent = UnitExponent(largest, kMostInSingle);
    if (exponent == 0) continue;
    for (std::size_t i = d; i < values.size(); i += width) values[i] *= UnitFactor(exponent);
  }
}

}  // namespace

int BestLayer(const AlignmentResult& result) {
  std::size_t best = 0;
  for (std::size_t cell = 0; cell < result.score.size(); ++cell) {
    if (std::isnan(result.score[best]) || result.score[cell] > result.score[best]) best = cell;
  }
  return result.times > 0 ? static_cast<int>(best) / result.times : 0;
}

absl::StatusOr<AlignmentInputs> WithNeighbours(const AlignmentInputs& inputs, int layer) {
  const BrainInput& brain = inputs.brain;
  if (inputs.layers.empty() || (!brain.is_continuous() && brain.epochs.rank() == 0)) {
    return absl::InvalidArgumentError("activations or recording are at the server");
  }
  const LayerInput& of = inputs.layers[static_cast<std::size_t>(layer)];
  const std::int64_t words = of.activations.dim(0);
  const std::int64_t dims = of.activations.dim(1);
  if (words != brain.words() || 2 * words * dims > kMostNumbers) {
    return absl::InvalidArgumentError(
        absl::StrCat(words, " words of ", dims,
                     " dimensions are more than are put in the place of "
                     "a brain"));
  }
  const std::vector<std::int64_t> session = SessionsOf(brain).of_word;
  const Neighbours neighbours = NeighboursOf(brain, session);
  std::vector<double> values = of.activations.ToDoubles();
  const auto width = static_cast<std::size_t>(dims);
  BringDimensionsToUnit(values, width);
  std::vector<double> mean(width, 0.0);
  double count = 0;
  ForEachSelected(brain, words, [&](std::int64_t word) {
    ++count;
    for (std::size_t d = 0; d < width; ++d) {
      mean[d] += (values[static_cast<std::size_t>(word) * width + d] - mean[d]) / count;
    }
  });
  // (w, d, 2)
  std::vector<float> epochs(static_cast<std::size_t>(words) * width * 2, 0.0F);
  ForEachSelected(brain, words, [&](std::int64_t word) {
    const auto w = static_cast<std::size_t>(word);
    for (std::size_t side = 0; side < 2; ++side) {
      const std::int64_t from = side == 0 ? neighbours.previous[w] : neighbours.next[w];
      for (std::size_t d = 0; d < width; ++d) {
        epochs[(w * width + d) * 2 + side] = static_cast<float>(
            from == kNone ? mean[d] : values[static_cast<std::size_t>(from) * width + d]);
      }
    }
  });
  std::vector<std::byte> bytes(epochs.size() * sizeof(float));
  std::copy_n(reinterpret_cast<const std::byte*>(epochs.data()), bytes.size(), bytes.begin());
  absl::StatusOr<Tensor> tensor =
      Tensor::FromBytes({DType::kF32, {words, dims, 2}, Order::kC}, std::move(bytes));
  if (!tensor.ok()) return tensor.status();
  AlignmentInputs with;
  with.brain.epochs = *std::move(tensor);
  with.brain.onsets_seconds = brain.onsets_seconds;
  with.brain.times_seconds = {-1, 1};
  with.brain.groups = brain.groups;
  with.brain.sessions = session;
  with.brain.selected = brain.selected;
  with.layers = {of};
  return with;
}

AlignmentOptions OptionsOfNeighbours(const AlignmentOptions& strict) {
  AlignmentOptions options = strict;
  options.direction = Direction::kBrainToModel;
  options.uncertainty = {};
  options.uncertainty.detrend = strict.uncertainty.detrend;
  options.arrays.clear();
  options.time_generalisation = false;
  options.delays.clear();  // they are of the direction model_to_brain
  options.window_bounds_seconds.clear();
  return options;
}

void KeepFolds(const AlignmentSpec& strict, AlignmentOptions& options) {
  options.purge_seconds = strict.purge_seconds;
  options.fold_by = strict.fold_by;
}

}  // namespace brainalign
