#include "client/simulate/spoken_words.h"

#include <algorithm>
#include <array>
#include <cstddef>
#include <cstdint>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_format.h"
#include "client/simulate/normal.h"

namespace brainalign {
namespace {

constexpr std::uint64_t kWordStream = 2;

struct PartOfSpeech {
  const char* name;
  // A word is of the first part whose bound is above an exponential variate.
  double bound;
  double mean_surprisal_bits;
  std::array<const char*, 6> words;
};

// About 25 % nouns, 20 % verbs, 9 % adjectives, 7 % adverbs, and function words.
constexpr std::array<PartOfSpeech, 6> kParts = {{
    {"NOUN", 0.29, 9, {"house", "night", "detective", "letter", "street", "window"}},
    {"VERB", 0.6, 8, {"went", "saw", "knew", "asked", "opened", "left"}},
    {"ADJ", 0.78, 10, {"dark", "old", "strange", "small", "certain", "cold"}},
    {"ADV", 0.95, 7, {"slowly", "never", "again", "there", "almost", "quite"}},
    {"DET", 1.6, 3, {"the", "a", "this", "every", "no", "some"}},
    {"ADP", 1e300, 4, {"of", "in", "to", "at", "with", "from"}},
}};

}  // namespace

std::string WordsText(const SimulationOptions& options, const Schedule& schedule) {
  RandomStream random(options.seed, kWordStream);
  std::string text = "onset\tduration\tword\tpos\tsurprisal\tsession\n";
  for (std::size_t i = 0; i < schedule.onset_samples.size(); ++i) {
    const double onset = schedule.OnsetSeconds(i, options.sfreq_hz);
    const double of_part = random.Exponential();
    const auto* const part = std::find_if(
        kParts.begin(), kParts.end(), [&](const PartOfSpeech& one) { return of_part < one.bound; });
    const auto which = static_cast<std::size_t>(5 * random.Exponential()) % part->words.size();
    const double length = 0.1 + 0.1 * std::min(2.0, random.Exponential());
    const double duration = std::min(length, 0.4 / options.words_per_second);
    const double surprisal =
        0.5 * part->mean_surprisal_bits * (random.Exponential() + random.Exponential());
    const bool is_known = random.Exponential() > 0.1;  // of nine words in ten
    absl::StrAppendFormat(&text, "%.6f\t%.3f\t%s\t%s\t", onset, duration, part->words[which],
                          part->name);
    absl::StrAppend(&text, is_known ? absl::StrFormat("%.3f", surprisal) : "n/a");
    absl::StrAppend(&text, "\t", schedule.sessions[i] + 1, "\n");
  }
  return text;
}

}  // namespace brainalign
