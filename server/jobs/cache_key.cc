#include "server/jobs/cache_key.h"

#include <array>
#include <bit>
#include <cstdint>
#include <optional>
#include <vector>

#include "server/record/digest.h"

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
  const std::string& bytes() const { return bytes_; }

 private:
  std::string bytes_;
};

}  // namespace

std::string ComputeCacheKey(const JobSpecification& specification, const AlignmentSpec& resolved) {
  CanonicalBytes key;
  key.Text(NumericsVersion(resolved));
  const BrainRef& brain = specification.brain;
  key.Ref(brain.epochs);
  key.Ref(brain.continuous);
  key.Real(brain.sfreq_hz);
  key.Reals(brain.onsets_seconds);
  key.Reals(brain.times_seconds);
  key.Numbers(brain.groups);
  key.Number(static_cast<std::int64_t>(specification.layers.size()));
  for (const LayerRef& layer : specification.layers) {
    key.Ref(layer.activations);
    key.Number(layer.slice);
    key.Real(layer.relative_depth);
    key.Text(layer.name);
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
  return HexSha256Of(key.bytes());
}

}  // namespace brainalign
