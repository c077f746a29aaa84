#include "client/report/methods_text.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <regex>
#include <set>
#include <string>

namespace brainalign {
namespace {

using testing::HasSubstr;
using testing::Not;
using MethodsJson = nlohmann::ordered_json;

// A result in which no two numbers are the same.
MethodsJson MethodsResult() {
  return MethodsJson::parse(R"({
    "times": [-0.5, 0.25, 1.5], "layer_names": ["a", "b"],
    "words_given": 2400, "words_used": 2391, "numerics_version": "13",
    "fold_sizes": [597, 598], "purged_words": [16, 17],
    "preparation": {"band_pass_hz": [0.125, 20.5], "resample_hz": 30.0, "original_sfreq_hz": 1200.0},
    "options": {"metric": "pearson", "direction": "brain_to_model", "folds": 4, "fold_by": "group",
      "purge_seconds": 5.5, "alphas": [0.0001, 1.0, 100000000.0], "selection": "blocked",
      "inner_folds": 6, "shared_alpha": false, "pca": 50, "zscore_words": "training",
      "pca_words": "all", "detrend": 7, "where": "pos in NOUN VERB"},
    "uncertainty": {"no_relation": {"nulls": 199, "min_shift_words": 21}, "draws": 2000, "seed": 12,
      "blocks": {"count": 85, "words": 27, "df": 80}}
  })");
}

void AddNumbers(const MethodsJson& value, std::set<double>& numbers) {
  if (value.is_number()) numbers.insert(value.get<double>());
  if (!value.is_structured()) return;
  for (const MethodsJson& member : value) AddNumbers(member, numbers);
}

TEST(MethodsTextTest, EveryNumberIsAFieldOfTheResult) {
  const std::string text = MethodsText(MethodsResult());
  // Counts of times, layers and alphas; the definition of t_max; the year; the smallest degree.
  std::set<double> known = {2, 3, 95, 2025, 0, 13};
  AddNumbers(MethodsResult(), known);
  const std::regex number("-?[0-9]+(\\.[0-9]+)?(e[-+]?[0-9]+)?");
  int found = 0;
  for (auto at = std::sregex_iterator(text.begin(), text.end(), number);
       at != std::sregex_iterator(); ++at) {
    EXPECT_TRUE(known.contains(std::stod(at->str()))) << at->str() << " in: " << text;
    ++found;
  }
  EXPECT_GT(found, 25);
}

TEST(MethodsTextTest, TellsWhatWasDone) {
  const std::string text = MethodsText(MethodsResult());
  EXPECT_THAT(text, HasSubstr("used 2391 words of 2400, those with pos in NOUN VERB."));
  EXPECT_THAT(text, HasSubstr("filtered from 0.125 to 20.5 Hz by a FIR filter without delay and "
                              "resampled from 1200 to 30 Hz."));
  EXPECT_THAT(text, HasSubstr("predicted the activations of the language model at the words from "
                              "the brain responses"));
  EXPECT_THAT(text, HasSubstr("There were 4 folds of whole groups of words with 597, 598 held-out "
                              "words. Training words less than 5.5 s from"));
  EXPECT_THAT(text, HasSubstr("50 principal components of all words, held-out words included."));
  EXPECT_THAT(text,
              HasSubstr("for each predicted column among 3 values from 0.0001 to 100000000 by "
                        "the squared error in 6 contiguous inner folds"));
  EXPECT_THAT(text, HasSubstr("85 blocks of about 27 words (80 degrees of freedom, 2000 draws"));
}

TEST(MethodsTextTest, EachOptionHasItsSentence) {
  const auto with = [](const std::string& name, const MethodsJson& value) {
    MethodsJson result = MethodsResult();
    result["options"][name] = value;
    return MethodsText(result);
  };
  EXPECT_THAT(with("direction", "model_to_brain"),
              HasSubstr("predicted the brain responses at the words from the activations"));
  EXPECT_THAT(with("fold_by", "contiguous"), HasSubstr("4 folds of contiguous words"));
  EXPECT_THAT(with("purge_seconds", 0.0), HasSubstr("No words were removed between"));
  EXPECT_THAT(with("selection", "loo"), HasSubstr("leave-one-out squared error"));
  EXPECT_THAT(with("selection", "gcv"), HasSubstr("generalised cross-validation"));
  EXPECT_THAT(with("shared_alpha", true), HasSubstr("all predicted columns of a fit together"));
  EXPECT_THAT(with("alphas", MethodsJson::array({2.5})), HasSubstr("The ridge penalty was 2.5."));
  EXPECT_THAT(with("pca", 0), HasSubstr("dimensions of the activations were not reduced"));
  EXPECT_THAT(with("zscore_words", "all"), HasSubstr("deviation of all words, held-out"));
  EXPECT_THAT(with("detrend", nullptr), Not(HasSubstr("Legendre")));
  for (const char* metric : {"pearson", "cosine", "r2"}) {
    EXPECT_THAT(with("metric", metric), HasSubstr("ridge regression")) << metric;
  }
  for (const char* metric : {"cca", "cka", "cka_debiased", "rsa"}) {
    EXPECT_THAT(with("metric", metric), HasSubstr("compared as two matrices. The score is "));
    EXPECT_THAT(with("metric", metric), Not(HasSubstr("ridge"))) << metric;
  }
}

TEST(MethodsTextTest, LeavesOutWhatTheResultDoesNotTell) {
  const std::string text = MethodsText(MethodsJson::object());
  EXPECT_THAT(text, HasSubstr("t_max"));
  EXPECT_THAT(text, Not(HasSubstr("chance")));
  EXPECT_THAT(text, Not(HasSubstr("  ")));
  MethodsJson odd = MethodsResult();
  odd["options"] = "nonsense";
  odd["uncertainty"] = MethodsJson::array({1});
  odd["fold_sizes"] = "many";
  EXPECT_THAT(MethodsText(odd), Not(HasSubstr("folds")));
}

TEST(MethodsTextTest, ShuffledFoldsAreNotCalledContiguous) {
  MethodsJson result = MethodsResult();
  result["options"]["fold_by"] = "shuffled";
  const std::string text = MethodsText(result);
  EXPECT_THAT(text, HasSubstr("There were 4 folds of words in a shuffled order, as a control, with "
                              "597, 598 held-out words."));
  EXPECT_THAT(text, HasSubstr("in 6 inner folds of the training words in the same shuffled order"));
  EXPECT_THAT(text, Not(HasSubstr("contiguous")));
}

TEST(MethodsTextTest, NamesNuisanceAfterDetrending) {
  MethodsJson result = MethodsResult();
  result["options"]["nuisance"] = {"position", "length"};
  EXPECT_THAT(MethodsText(result),
              HasSubstr("removed from both sides first. Linear effects of position, length were "
                        "taken out of the principal components of the activations by a ridge"));
  result["options"]["pca"] = 0;
  EXPECT_THAT(MethodsText(result), HasSubstr("taken out of the activations by a ridge"));
  result["options"]["direction"] = "model_to_brain";
  EXPECT_THAT(
      MethodsText(result),
      testing::AllOf(HasSubstr("The brain was predicted from position, length and the activations "
                               "together, by banded ridge regression"),
                     HasSubstr("less those of a ridge regression on the former alone"),
                     HasSubstr("refits in which the words of each session were shifted"),
                     Not(HasSubstr("taken out"))));
  for (const char* version : {"16", "17+double"}) {
    result["numerics_version"] = version;
    EXPECT_THAT(MethodsText(result),
                HasSubstr("refits in which what nuisance does not explain of the activations was "
                          "shifted circularly over the words of each session, by at least 21"));
  }
  result["options"]["nuisance"] = "nonsense";
  EXPECT_THAT(MethodsText(result), Not(HasSubstr("taken out")));
}

TEST(MethodsTextTest, BandFromZeroIsALowPass) {
  MethodsJson result = MethodsResult();
  result["preparation"]["band_pass_hz"] = {0.0, 10.0};
  EXPECT_THAT(MethodsText(result), HasSubstr("was low-pass filtered at 10 Hz by a FIR filter"));
  EXPECT_THAT(MethodsText(result), Not(HasSubstr("band-pass")));
  result["preparation"]["band_pass_hz"] = {0, 10};
  EXPECT_THAT(MethodsText(result), HasSubstr("was low-pass filtered at 10 Hz by a FIR filter"));
}

TEST(MethodsTextTest, TellsOfChanceOnlyWhatTheResultTells) {
  MethodsJson result = MethodsResult();
  result["uncertainty"] = nullptr;
  EXPECT_THAT(MethodsText(result), HasSubstr("The scores were not compared with chance."));
  result["notes"] = {"No uncertainty is given: a score is undefined."};
  EXPECT_THAT(MethodsText(result), Not(HasSubstr("chance")));
  EXPECT_THAT(MethodsText(result), Not(HasSubstr("p values")));
  result.erase("notes");
  result.erase("uncertainty");  // as of a version that had none
  EXPECT_THAT(MethodsText(result), Not(HasSubstr("chance")));
}

TEST(MethodsTextTest, TellsOfTimeGeneralisationAndPrecision) {
  MethodsJson result = MethodsResult();
  EXPECT_THAT(MethodsText(result), Not(HasSubstr("scored at all times")));
  result["options"]["time_generalisation"] = true;
  result["precision_used"] = "fast";
  EXPECT_THAT(MethodsText(result), HasSubstr("each time were also scored at all times."));
  EXPECT_THAT(MethodsText(result), HasSubstr("numerics 13, with precision fast."));
}

// The key that the paragraph stands for, and braces that match.
TEST(MethodsTextTest, ReferenceIsWellFormed) {
  const std::string references = kMethodsReferences;
  EXPECT_THAT(references, HasSubstr("@inproceedings{"));
  EXPECT_EQ(std::count(references.begin(), references.end(), '{'),
            std::count(references.begin(), references.end(), '}'));
  EXPECT_THAT(references, HasSubstr("arXiv:2512.01591"));
}

TEST(MethodsTextTest, SwapsOfSessionsAreTold) {
  MethodsJson result = MethodsResult();
  result["uncertainty"]["no_relation"] = {
      {"nulls", 44}, {"null_by", "swap"}, {"min_shift_words", nullptr}, {"words_left_out", 31}};
  EXPECT_THAT(MethodsText(result),
              HasSubstr("Chance was estimated by 44 refits in which the recording of each session "
                        "was paired with the activations of another, each pairing once; for this "
                        "all sessions were cut to the length of the shortest (31 words were left "
                        "out), and only the largest score was tested."));
}

TEST(MethodsTextTest, NullsOfANewerVersionAreNoShifts) {
  MethodsJson result = MethodsResult();
  result["uncertainty"]["no_relation"] = {
      {"nulls", 44}, {"null_by", "rotate"}, {"min_shift_words", 7}};
  const std::string text = MethodsText(result);
  EXPECT_THAT(text,
              HasSubstr("44 refits in which the relation was broken in a way that this version "
                        "does not know (rotate)."));
  EXPECT_THAT(text, testing::Not(HasSubstr("shifted")));
}

}  // namespace
}  // namespace brainalign
