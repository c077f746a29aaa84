#ifndef BRAINALIGN_CORE_EPOCHS_EPOCHS_H_
#define BRAINALIGN_CORE_EPOCHS_EPOCHS_H_

#include <cstdint>
#include <functional>
#include <optional>
#include <vector>

#include "core/tensor/tensor.h"

namespace brainalign {

// round(value) with halves to even, as docs/method.md, "Epochs", requires.
std::int64_t RoundHalfToEven(double value);

// Word-locked epochs as a view of a recording (docs/method.md, "Epochs"). Epochs are never copied
// as a whole. The same samples give the same numbers from a continuous recording and from epochs.
class Epochs {
 public:
  // Indices of words, ascending; nothing: all words.
  using Selection = std::optional<std::vector<std::int64_t>>;

  // Views of `epochs` (w, s, T). No selected word is dropped.
  static Epochs OfArray(Tensor epochs, const Selection& selected = std::nullopt);

  // Views of `continuous` (s, samples) at round(onset * sfreq) + round(time *
  // sfreq), halves to even. A selected word is dropped if its epoch leaves the recording, or
  // reaches into another session: `sessions` (w) is the session of each word, or empty, and a
  // session reaches from the onset of its first word, selected or not, to that of its last. At each
  // of `session_starts` (samples, ascending from 0; or empty) a session begins, too: a word is also
  // dropped if the samples from its onset to the ends of its epoch lie in another part of the
  // recording than its session (PartsOfWords).
  static Epochs OfRecording(Tensor continuous, double sfreq_hz,
                            const std::vector<double>& onsets_seconds,
                            const std::vector<double>& times_seconds,
                            const std::vector<std::int64_t>& sessions = {},
                            const Selection& selected = std::nullopt,
                            const std::vector<std::int64_t>& session_starts = {});

  // The same epochs at one of their time samples.
  Epochs AtTime(std::int64_t time) const;

  // The epochs of some of the used words: `kept` are indices of these, ascending. What was
  // dropped before stays as it is.
  Epochs OfWords(const std::vector<std::int32_t>& kept) const;

  std::int64_t words() const { return static_cast<std::int64_t>(used_.size()); }
  std::int64_t sensors() const { return sensors_; }
  std::int64_t times() const { return times_; }

  // Whether every stored value is a float exactly.
  bool FitsFloat() const;

  // Sensors whose value never changes over the samples used; ascending. `stop` as in
  // FirstNonFinite.
  std::vector<int> ConstantSensors(const std::function<bool()>& stop = nullptr) const;

  // Index, in the words given, of each word that is used; ascending.
  const std::vector<std::int64_t>& used_words() const { return used_; }

  // Selected words that were dropped because their epoch leaves the recording, or reaches into
  // another session.
  std::int64_t words_outside() const { return words_outside_; }
  std::int64_t words_across_sessions() const { return words_across_sessions_; }

  // Values of used words `word[0 .. count)` at times [time_begin, time_begin +
  // time_count) for one sensor, converted: out[t][i] = value of word[i] at time
  // time_begin + t, each out[t] of length count. T is float or double.
  template <typename T>
  void Gather(std::int64_t sensor, std::int64_t time_begin, std::int64_t time_count,
              const std::int32_t* word, std::int64_t count, T* const* out) const;

  // First NaN or infinity among the values used: {word given, sensor, time}; empty if none. `stop`,
  // if not empty, is called repeatedly. If it has returned true, ignore the result.
  std::vector<std::int64_t> FirstNonFinite(const std::function<bool()>& stop = nullptr) const;

 private:
  Tensor data_;
  std::int64_t sensors_ = 0;
  std::int64_t times_ = 0;
  std::vector<std::int64_t> used_;
  std::int64_t words_outside_ = 0;
  std::int64_t words_across_sessions_ = 0;
  // Position in the data of (used word, sensor, time) is word_base_[word] + sensor
  // * sensor_stride_ + time_offset_[time], in elements.
  std::vector<std::int64_t> word_base_;
  std::int64_t sensor_stride_ = 0;
  std::vector<std::int64_t> time_offset_;
};

}  // namespace brainalign

#endif  // BRAINALIGN_CORE_EPOCHS_EPOCHS_H_
