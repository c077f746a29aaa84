#include "client/report/methods_text.h"

#include <algorithm>
#include <map>
#include <optional>

#include "absl/strings/match.h"
#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_format.h"
#include "absl/strings/str_join.h"
#include "client/report/json_values.h"

namespace brainalign {
namespace {

using Json = nlohmann::ordered_json;

// A number as it is in the result; empty for what is none.
std::string NumberText(const Json& value) {
  if (value.is_number_integer()) return value.dump();
  return value.is_number() ? absl::StrFormat("%.15g", value.get<double>()) : "";
}

std::string TextIn(const Json& object, const std::string& name) {
  const Json& value = MemberOf(object, name);
  return value.is_string() ? value.get<std::string>() : NumberText(value);
}

std::optional<double> NumberIn(const Json& object, const std::string& name) {
  const Json& value = MemberOf(object, name);
  return value.is_number() ? std::optional<double>(value.get<double>()) : std::nullopt;
}

bool IsTrue(const Json& object, const std::string& name) {
  const Json& value = MemberOf(object, name);
  return value.is_boolean() && value.get<bool>();
}

// Empty where it is no list of numbers, or an empty one.
std::vector<std::string> NumbersIn(const Json& object, const std::string& name) {
  const Json& list = MemberOf(object, name);
  std::vector<std::string> numbers;
  if (!list.is_array()) return numbers;
  for (const Json& value : list) {
    if (!value.is_number()) return {};
    numbers.push_back(NumberText(value));
  }
  return numbers;
}

// The texts of a list; empty where it is none.
std::vector<std::string> NamesIn(const Json& object, const std::string& name) {
  const Json& list = MemberOf(object, name);
  std::vector<std::string> names;
  if (!list.is_array()) return names;
  for (const Json& value : list) {
    if (value.is_string()) names.push_back(value.get<std::string>());
  }
  return names;
}

// Such as "480 held-out words each" or "480, 481 held-out words".
std::string CountsText(const std::vector<std::string>& counts, const std::string& things) {
  const bool are_equal = std::count(counts.begin(), counts.end(), counts.front()) ==
                         static_cast<std::ptrdiff_t>(counts.size());
  if (are_equal) return absl::StrCat(counts.front(), " ", things, " each");
  return absl::StrCat(absl::StrJoin(counts, ", "), " ", things);
}

bool ComparesMatrices(const std::string& metric) {
  return metric == "cca" || metric == "cka" || metric == "cka_debiased" || metric == "rsa";
}

std::string WordsSentence(const Json& result) {
  const std::string used = TextIn(result, "words_used");
  if (used.empty()) return "";
  std::string text = absl::StrCat("The analysis used ", used, " words");
  const std::string given = TextIn(result, "words_given");
  if (!given.empty() && given != used) absl::StrAppend(&text, " of ", given);
  const std::string where = TextIn(MemberOf(result, "options"), "where");
  if (!where.empty()) absl::StrAppend(&text, ", those with ", where);
  return absl::StrCat(text, ".");
}

std::string RecordingSentence(const Json& result) {
  const Json& done = MemberOf(result, "preparation");
  const std::vector<std::string> band = NumbersIn(done, "band_pass_hz");
  const std::string rate = TextIn(done, "resample_hz");
  std::string text;
  if (band.size() == 2 && band[0] == NumberText(0.0)) {
    text = absl::StrCat("The continuous recording was low-pass filtered at ", band[1],
                        " Hz by a FIR filter without delay");
  } else if (band.size() == 2) {
    text = absl::StrCat("The continuous recording was band-pass filtered from ", band[0], " to ",
                        band[1], " Hz by a FIR filter without delay");
  }
  if (!rate.empty()) {
    absl::StrAppend(&text, text.empty() ? "The continuous recording was" : " and",
                    " resampled from ", TextIn(done, "original_sfreq_hz"), " to ", rate, " Hz");
  }
  return text.empty() ? "" : absl::StrCat(text, ".");
}

std::string ModelSentence(const Json& result, const Json& options) {
  const std::string metric = TextIn(options, "metric");
  const std::string direction = TextIn(options, "direction");
  const Json& times = MemberOf(result, "times");
  const Json& names = MemberOf(result, "layer_names");
  if (metric.empty() || !times.is_array() || times.empty() || !names.is_array()) return "";
  const std::string where = absl::StrFormat(
      "each of %d layers and each of %d times from %s to %s s after word onset", names.size(),
      times.size(), NumberText(times.front()), NumberText(times.back()));
  if (ComparesMatrices(metric)) {
    return absl::StrCat("For ", where,
                        ", the brain responses and the activations of the language model at the "
                        "same words were compared as two matrices.");
  }
  const std::string brain = "the brain responses";
  const std::string model = "the activations of the language model";
  const bool is_to_brain = direction == "model_to_brain";
  return absl::StrCat("For ", where, ", ridge regression with an intercept predicted ",
                      is_to_brain ? brain : model, " at the words from ",
                      is_to_brain ? model : brain, " at the same words",
                      IsTrue(options, "time_generalisation")
                          ? ", and the regressions of each time were also scored at all times."
                          : ".");
}

std::string ScoreSentence(const Json& options) {
  static const auto& sentences = *new std::map<std::string, std::string>({
      {"pearson",
       "Pearson's r between prediction and data on held-out words, averaged over the "
       "predicted columns and then over folds"},
      {"cosine",
       "the cosine, without centring, between prediction and data on held-out words, "
       "averaged over the predicted columns and then over folds"},
      {"r2",
       "the coefficient of determination of held-out words, averaged over the predicted "
       "columns and then over folds"},
      {"cca",
       "the mean correlation of held-out words along the first canonical directions, which "
       "were fitted on training words, averaged over folds"},
      {"cka", "the linear centred kernel alignment of held-out words, averaged over folds"},
      {"cka_debiased",
       "the unbiased linear centred kernel alignment of held-out words, averaged "
       "over folds"},
      {"rsa",
       "Pearson's r between the two matrices of dissimilarity (1 - r) of held-out words, "
       "averaged over folds"},
  });
  const auto found = sentences.find(TextIn(options, "metric"));
  return found == sentences.end() ? "" : absl::StrCat("The score is ", found->second, ".");
}

bool IsShuffled(const Json& options) { return TextIn(options, "fold_by") == "shuffled"; }

std::string FoldsSentence(const Json& result, const Json& options) {
  const std::string folds = TextIn(options, "folds");
  if (folds.empty()) return "";
  std::string kind = "contiguous words";
  if (TextIn(options, "fold_by") == "group") kind = "whole groups of words";
  if (IsShuffled(options)) kind = "words in a shuffled order, as a control";
  std::string text = absl::StrCat("There were ", folds, " folds of ", kind);
  const std::vector<std::string> tested = NumbersIn(result, "fold_sizes");
  if (!tested.empty()) {
    absl::StrAppend(&text, IsShuffled(options) ? ", with " : " with ",
                    CountsText(tested, "held-out words"));
  }
  const std::optional<double> purge = NumberIn(options, "purge_seconds");
  if (!purge.has_value()) return absl::StrCat(text, ".");
  if (*purge <= 0) {
    return absl::StrCat(text, ". No words were removed between training and held-out words.");
  }
  absl::StrAppend(&text, ". Training words less than ", TextIn(options, "purge_seconds"),
                  " s from a held-out word of the same session were removed");
  const std::vector<std::string> purged = NumbersIn(result, "purged_words");
  if (!purged.empty()) {
    absl::StrAppend(&text, " (", CountsText(purged, "words"), ")");
  }
  return absl::StrCat(text, ".");
}

std::string FittedOn(const std::string& words) {
  return words == "all" ? "all words, held-out words included" : "the training words of each fold";
}

std::string ScalingSentence(const Json& options) {
  std::string text;
  if (const std::string words = TextIn(options, "zscore_words"); !words.empty()) {
    text = absl::StrCat("The brain responses were standardised by mean and standard deviation of ",
                        FittedOn(words), ".");
  }
  const std::optional<double> components = NumberIn(options, "pca");
  if (!components.has_value()) return text;
  if (*components > 0) {
    absl::StrAppend(&text, text.empty() ? "" : " ", "The activations were reduced to ",
                    TextIn(options, "pca"), " principal components of ",
                    FittedOn(TextIn(options, "pca_words")), ".");
  } else {
    absl::StrAppend(&text, text.empty() ? "" : " ",
                    "The dimensions of the activations were not reduced.");
  }
  return text;
}

std::string PenaltySentence(const Json& options) {
  const std::vector<std::string> alphas = NumbersIn(options, "alphas");
  const std::string selection = TextIn(options, "selection");
  if (alphas.empty() || ComparesMatrices(TextIn(options, "metric"))) return "";
  if (selection == "fixed" || alphas.size() == 1) {
    return absl::StrCat("The ridge penalty was ", alphas[0], ".");
  }
  const std::map<std::string, std::string> by = {
      {"loo", "the leave-one-out squared error of the training words"},
      {"gcv", "generalised cross-validation on the training words"},
      {"blocked", absl::StrCat("the squared error in ", TextIn(options, "inner_folds"),
                               IsShuffled(options)
                                   ? " inner folds of the training words in the same shuffled order"
                                   : " contiguous inner folds of the training words, purged as "
                                     "the folds are")},
  };
  const auto found = by.find(selection);
  if (found == by.end()) return "";
  return absl::StrFormat("The ridge penalty was chosen for %s among %d values from %s to %s by %s.",
                         IsTrue(options, "shared_alpha") ? "all predicted columns of a fit together"
                                                         : "each predicted column",
                         alphas.size(), alphas.front(), alphas.back(), found->second);
}

std::string DetrendingSentence(const Json& options) {
  const std::string degree = TextIn(options, "detrend");
  if (degree.empty()) return "";
  return absl::StrCat("Legendre polynomials of degree 0 to ", degree,
                      " of the position in the session were removed from both sides first.");
}

std::string DelaysSentence(const Json& options) {
  const std::vector<std::string> delays = NumbersIn(options, "delays");
  if (delays.empty()) return "";
  return absl::StrCat("The features of each row were the activations of the rows ",
                      absl::StrJoin(delays, ", "),
                      " before it in its session, side by side; the mean over the rows that were "
                      "used stood where a session has no such row.");
}

std::string NuisanceSentence(const Json& options) {
  const std::vector<std::string> names = NamesIn(options, "nuisance");
  if (names.empty()) return "";
  if (TextIn(options, "direction") == "model_to_brain") {
    return absl::StrCat(
        "The brain was predicted from ", absl::StrJoin(names, ", "),
        " and the activations together, by banded ridge regression: the former were standardised "
        "over the training words of each fold, and their penalty was a multiple of that of the "
        "activations, chosen with it from 1e-6 to 1e6. The scores are those of this regression "
        "less those of a ridge regression on the former alone.");
  }
  const std::optional<double> components = NumberIn(options, "pca");
  return absl::StrCat(
      "Linear effects of ", absl::StrJoin(names, ", "), " were taken out of the ",
      components.value_or(0) > 0 ? "principal components of the activations" : "activations",
      " by a ridge regression with an intercept, which was fitted on the training words of each "
      "fold.");
}

// Whether a note says why there is no uncertainty.
bool LacksUncertainty(const Json& result) {
  const std::vector<std::string> notes = NamesIn(result, "notes");
  return std::any_of(notes.begin(), notes.end(), [](const std::string& note) {
    return absl::StartsWith(note, "No uncertainty is given");
  });
}

// Whether nulls shift only what nuisance does not explain of the activations (docs/method.md,
// "Nuisance beside the activations"); numerics before version 16 did not.
bool KeepsPartOfNuisance(const Json& result) {
  const Json& options = MemberOf(result, "options");
  const std::string numerics = TextIn(result, "numerics_version");
  int version = 0;
  return TextIn(options, "direction") == "model_to_brain" &&
         !NamesIn(options, "nuisance").empty() &&
         absl::SimpleAtoi(numerics.substr(0, numerics.find('+')), &version) && version >= 16;
}

// Empty where the result does not tell: an old one without the member, or one that could not be
// compared with chance as asked.
std::string ChanceSentence(const Json& result) {
  const Json& uncertainty = MemberOf(result, "uncertainty");
  const Json& null = MemberOf(uncertainty, "no_relation");
  const std::string nulls = TextIn(null, "nulls");
  if (!result.contains("uncertainty") || LacksUncertainty(result)) return "";
  if (nulls.empty() || nulls == "0") return "The scores were not compared with chance.";
  const bool fits = !ComparesMatrices(TextIn(MemberOf(result, "options"), "metric"));
  const std::string null_by = TextIn(null, "null_by");
  if (!null_by.empty() && null_by != "shift" && null_by != "swap") {
    return absl::StrCat("Chance was estimated by ", nulls,
                        fits ? " refits" : " further sets of scores",
                        " in which the relation was broken in a way that this version does not "
                        "know (",
                        null_by, ").");
  }
  if (null_by == "swap") {
    return absl::StrCat(
        "Chance was estimated by ", nulls, fits ? " refits" : " further sets of scores",
        " in which the recording of each session was paired with the activations of another, each "
        "pairing once; for this all sessions were cut to the length of the shortest (",
        TextIn(null, "words_left_out"),
        " words were left out), and only the largest score was tested.");
  }
  return absl::StrCat(
      "Chance was estimated by ", nulls, fits ? " refits" : " further sets of scores", " in which ",
      KeepsPartOfNuisance(result)
          ? "what nuisance does not explain of the activations was shifted "
            "circularly over the words of each session, by at least "
          : "the words of each session were shifted circularly, by at least ",
      TextIn(null, "min_shift_words"),
      " words in long sessions; p values of cells are family-wise by the largest score of each ",
      fits ? "refit." : "set.");
}

std::string IntervalsSentence(const Json& uncertainty) {
  const Json& blocks = MemberOf(uncertainty, "blocks");
  if (!blocks.is_object() || TextIn(blocks, "count").empty()) return "";
  return absl::StrCat("Standard errors and 95 % intervals come from the influence of ",
                      TextIn(blocks, "count"), " blocks of about ", TextIn(blocks, "words"),
                      " words (", TextIn(blocks, "df"), " degrees of freedom, ",
                      TextIn(uncertainty, "draws"), " draws, seed ", TextIn(uncertainty, "seed"),
                      ").");
}

}  // namespace

std::string MethodsText(const Json& result) {
  const Json& options = MemberOf(result, "options");
  const Json& uncertainty = MemberOf(result, "uncertainty");
  const std::string numerics = TextIn(result, "numerics_version");
  std::vector<std::string> sentences = {
      WordsSentence(result),
      RecordingSentence(result),
      DetrendingSentence(options),
      NuisanceSentence(options),
      ModelSentence(result, options),
      DelaysSentence(options),
      ScoreSentence(options),
      FoldsSentence(result, options),
      ScalingSentence(options),
      PenaltySentence(options),
      "The peak time t_max of a layer is the mean of the times at which its score is at least 95 % "
      "of its maximum, and the temporal score is Pearson's r between t_max and relative depth of "
      "the layers (Raugel et al., 2025).",
      ChanceSentence(result),
      IntervalsSentence(uncertainty),
      numerics.empty()
          ? ""
          : absl::StrCat(
                "Computed by brainalign, numerics ", numerics,
                TextIn(result, "precision_used") == "fast" ? ", with precision fast." : ".")};
  sentences.erase(std::remove(sentences.begin(), sentences.end(), ""), sentences.end());
  return absl::StrJoin(sentences, " ");
}

const std::vector<std::string>& MethodsToAdd() {
  static const auto& items = *new std::vector<std::string>({
      "participants, consent and ethics",
      "the recording system, the number and kind of sensors, and all processing before brainalign: "
      "reference, bad sensors, artefacts, filters",
      "the stimuli, and where word onsets come from",
      "the language model with its version, its training, the context length, which layers were "
      "taken, and how tokens became words",
  });
  return items;
}

const char kMethodsReferences[] = R"(@inproceedings{raugel2025scaling,
  title     = {Scaling and context steer {LLMs} along the same computational path as the human brain},
  author    = {Raugel, Jos{\'e}phine and d'Ascoli, St{\'e}phane and Rapin, J{\'e}r{\'e}my and
               Wyart, Valentin and King, Jean-R{\'e}mi},
  booktitle = {Advances in Neural Information Processing Systems},
  year      = {2025},
  note      = {arXiv:2512.01591}
}
)";

}  // namespace brainalign
