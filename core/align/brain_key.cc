#include "core/align/brain_key.h"

#include <cstdint>
#include <utility>
#include <vector>

namespace brainalign {
namespace {

// Values one after the other, each list and text after its length: no two different
// sequences give the same bytes.
class KeyBytes {
 public:
  template <typename Number>
  void Add(const std::vector<Number>& numbers) {
    Add(static_cast<std::int64_t>(numbers.size()));
    Append(numbers.data(), numbers.size() * sizeof(Number));
  }
  void Add(const std::string& text) {
    Add(static_cast<std::int64_t>(text.size()));
    bytes_ += text;
  }
  void Add(std::int64_t number) { Append(&number, sizeof number); }
  void Add(double number) { Append(&number, sizeof number); }

  std::string Take() { return std::move(bytes_); }

 private:
  void Append(const void* data, std::size_t size) {
    bytes_.append(static_cast<const char*>(data), size);
  }

  std::string bytes_;
};

}  // namespace

std::string BrainKey(const AlignmentProblem& problem, const std::string& form) {
  const BrainInput& brain = problem.inputs.brain;
  const AlignmentSpec& spec = problem.spec;
  const Tensor& tensor = brain.is_continuous() ? brain.continuous : brain.epochs;
  KeyBytes key;
  key.Add(std::string(NumericsVersion()));
  key.Add(form);
  // The recording, and the epochs cut from it.
  key.Add(brain.digest);
  key.Add(Describe(tensor.spec()));
  key.Add(std::int64_t{brain.is_continuous()});
  key.Add(brain.sfreq_hz);
  key.Add(brain.onsets_seconds);
  key.Add(brain.times_seconds);
  key.Add(std::int64_t{spec.uncertainty.detrend.value_or(-1)});
  // Folds, outer and inner.
  key.Add(brain.groups);
  key.Add(brain.sessions);
  key.Add(brain.session_starts);
  key.Add(std::int64_t{brain.selected.has_value()});
  key.Add(brain.selected.value_or(std::vector<std::int64_t>()));
  // Swaps cut the sessions.
  key.Add(static_cast<std::int64_t>(spec.uncertainty.null_by));
  key.Add(std::int64_t{spec.folds});
  key.Add(static_cast<std::int64_t>(spec.fold_by));
  key.Add(spec.purge_seconds);
  key.Add(std::int64_t{spec.inner_folds});
  // The regressions.
  key.Add(static_cast<std::int64_t>(spec.zscore_words));
  key.Add(static_cast<std::int64_t>(spec.selection));
  key.Add(spec.alphas);
  key.Add(spec.bf16_kernel);
  return key.Take();
}

}  // namespace brainalign
