#include "server/jobs/cache_key.h"

#include <array>
#include <bit>
#include <cstdint>
#include <optional>
#include <vector>

#include "server/rows/digest.h"

namespace brainalign {
namespace {

// Bytes that differ whenever the values differ: each value has a fixed width or its
// length before it. Changing the order or adding a value makes every cached result
// unreachable, which is safe.
class CanonicalBytes {
 public:
  void Number(std::int64_t number) {
    std::array<char, 8> little_endian;
    auto rest = static_cast<std::uint64_t>(number);
    for (char& byte : little_endian) {
      byte = static_cast<char>(rest & 0xFF);
      rest >>= 8;
    }
    bytes_.append(little_endian.data(), little_endian.size());
  }
  void Real(double value) {
    // Minus zero is zero.
    Number(std::bit_cast<std::int64_t>(value == 0 ? 0.0 : value));
  }
  void Text(const std::string& text) {
    Number(static_cast<std::int64_t>(text.size()));
    bytes_ += text;
  }
  void Reals(const std::vector<double>& values) {
    Number(static_cast<std::int64_t>(values.size()));
    for (const double value : values) Real(value);
  }
  void Numbers(const std::vector<std::int64_t>& values) {
    Number(static_cast<std::int64_t>(values.size()));
    for (const std::int64_t value : values) Number(value);
  }
  template <typename Enum>
  void Choice(Enum value) {
    Number(static_cast<std::int64_t>(value));
  }
  void Ref(const TensorRef& ref) {
    Text(ref.digest);
    Choice(ref.spec.dtype);
    Choice(ref.spec.order);
    Numbers(ref.spec.shape);
  }
  void Ref(const std::optional<TensorRef>& ref) {
    Number(ref ? 1 : 0);
    if (ref) Ref(*ref);
  }
  // A number for each word: the type is the field's, and one axis has no order.
  void WordList(const std::optional<TensorRef>& ref) { Text(ref ? ref->digest : ""); }
  const std::string& bytes() const { return bytes_; }

 private:
  std::string bytes_;
};

// As far as stored arrays depend on them: draws are made when a result is read, and only nulls
// depend on the seed. Nothing for a job without any of them.
void Add(const UncertaintyOptions& options, CanonicalBytes& key) {
  if (!options.asked() && !options.detrend) return;
  key.Number(options.detrend.value_or(-1));
  key.Number(options.nulls);
  key.Number(options.nulls > 0 ? static_cast<std::int64_t>(options.seed) : 0);
  key.Number(options.min_shift_words.value_or(0));
  key.Number(options.draws > 0 ? 1 : 0);
  key.Number(options.block_words.value_or(0));
}

}  // namespace

std::string ComputeCacheKey(const JobSpecification& specification, const AlignmentSpec& resolved) {
  CanonicalBytes key;
  key.Text(NumericsVersion(OnThisProcessor(resolved)));
  const BrainRef& brain = specification.brain;
  key.Ref(brain.epochs);
  key.Ref(brain.continuous);
  key.Real(brain.sfreq_hz.value_or(0));
  key.WordList(brain.onsets_seconds);
  key.Reals(brain.times_seconds);
  key.WordList(brain.groups);
  key.WordList(brain.sessions);
  key.Number(static_cast<std::int64_t>(specification.layers.size()));
  for (const LayerRef& layer : specification.layers) {
    key.Ref(layer.activations);
    key.Number(layer.slice);
  }
  key.Choice(resolved.preset);
  key.Choice(resolved.direction);
  key.Choice(resolved.metric);
  key.Number(resolved.folds);
  key.Choice(resolved.fold_by);
  key.Real(resolved.purge_seconds);
  key.Reals(resolved.alphas);
  key.Choice(resolved.selection);
  key.Number(resolved.inner_folds);
  key.Number(resolved.shared_alpha ? 1 : 0);
  key.Number(resolved.pca);
  key.Choice(resolved.zscore_words);
  key.Choice(resolved.pca_words);
  key.Reals(resolved.window_bounds_seconds);
  key.Choice(resolved.precision);
  Add(resolved.uncertainty, key);
  if (resolved.metric == Metric::kCca) {
    key.Number(resolved.cca_components);
    key.Real(resolved.cca_rho);
  }
  if (!resolved.where.empty()) {
    key.Text(resolved.where);
    for (const WordColumn& column : specification.condition_columns) {
      key.Text(column.name);
      key.Choice(column.type);
      key.Ref(column.values);
    }
  }
  if (specification.nuisance) {
    key.Text("nuisance");
    for (const std::string& name : resolved.nuisance) key.Text(name);
    key.Ref(*specification.nuisance);
  }
  if (!resolved.delays.empty()) {
    key.Text("delays");
    key.Numbers({resolved.delays.begin(), resolved.delays.end()});
  }
  if (brain.session_starts) {
    key.Text("session_starts");
    key.WordList(brain.session_starts);
  }
  // No condition on words reads like this.
  if (resolved.column_scores) key.Text("column_scores");
  if (resolved.time_generalisation) key.Text("time_generalisation");
  // It is also of other words.
  if (resolved.uncertainty.swaps_sessions()) key.Text("null_by_swap");
  // Results of earlier versions lack this array.
  if (resolved.uncertainty.draws > 0 && resolved.chooses_by_inner_folds()) {
    key.Text("influence_alphas");
  }
  return HexSha256Of(key.bytes());
}

std::string ComputeMatrixKey(const JobSpecification& specification, const AlignmentSpec& resolved) {
  AlignmentSpec matrix = resolved;
  matrix.time_generalisation = false;
  matrix.uncertainty = {.null_by = resolved.uncertainty.null_by,
                        .detrend = resolved.uncertainty.detrend};
  return ComputeCacheKey(specification, matrix);
}

}  // namespace brainalign
