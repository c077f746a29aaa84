#include "client/rigour/part_results.h"

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <nlohmann/json.hpp>

#include "absl/strings/str_cat.h"
#include "client/report/comparison_json.h"
#include "client/report/json_values.h"
#include "client/report/report_data.h"
#include "client/report/uncertainty_json.h"
#include "client/rigour/neighbours.h"
#include "core/align/not_calibrated.h"
#include "core/printable.h"

namespace brainalign {
namespace {

using Json = nlohmann::ordered_json;

std::string WhyNoNulls(const AlignmentOptions& strict) {
  if (strict.uncertainty.nulls == 0) return "no nulls were asked for (--nulls 0)";
  return "the result has no p values, and a note that says why";
}

// The rates are in docs/calibration.md.
std::string WhyNullsFail(const AlignmentSpec& strict) {
  if (NullsOfCosineFail(strict)) {
    return "p values of metric cosine are not calibrated where the data choose the penalties; use "
           "metric pearson, or one penalty (--selection fixed)";
  }
  if (!IsSimilarity(strict.metric) || !strict.uncertainty.detrend) return "";
  return absl::StrCat("p values of metric ", Name(strict.metric),
                      " from shifts are not calibrated with detrending");
}

std::string WhyNoDraws(const AlignmentOptions& strict) {
  if (strict.direction != Direction::kBrainToModel) {
    return "errors of scores are known only for direction brain_to_model";
  }
  if (strict.metric != Metric::kPearson) {
    return "errors of scores are known only for metric pearson";
  }
  if (strict.uncertainty.draws == 0) return "no draws were asked for (--draws 0)";
  return "the result has no draws, and a note that says why";
}

// What was asked for that lets test words into the fit.
std::vector<std::string> WeakerSteps(const AlignmentResult& strict) {
  // Rounding of times that are read from files.
  constexpr double kSecondsOfRounding = 1e-6;
  const AlignmentSpec& spec = strict.spec;
  std::vector<std::string> steps;
  const double epoch_seconds = strict.times_seconds.empty()
                                   ? 0.0
                                   : strict.times_seconds.back() - strict.times_seconds.front();
  if (spec.purge_seconds < epoch_seconds - kSecondsOfRounding) {
    steps.push_back(absl::StrCat("purge_seconds is ", spec.purge_seconds, ", less than the ",
                                 epoch_seconds, " s of an epoch"));
  }
  if (spec.zscore_words == FitWords::kAll) steps.emplace_back("zscore_words is all");
  if (spec.pca > 0 && spec.pca_words == FitWords::kAll) steps.emplace_back("pca_words is all");
  return steps;
}

const RigourPartResult* FindPart(const std::vector<RigourPartResult>& parts,
                                 const std::string& name) {
  for (const RigourPartResult& part : parts) {
    if (part.job.name == name) return &part;
  }
  return nullptr;
}

RigourPart PartOf(const std::vector<RigourPartResult>& parts, const std::string& name) {
  const RigourPartResult* const part = FindPart(parts, name);
  if (part == nullptr) return {};
  if (!part->result.has_value()) return {std::nullopt, part->why_not};
  return {FactsOf(part->result->alignment), ""};
}

UntrainedFacts UntrainedOf(const std::vector<RigourPartResult>& parts,
                           const std::string& why_no_draws) {
  UntrainedFacts untrained;
  const RigourPartResult* const part = FindPart(parts, "untrained");
  if (part == nullptr || !part->result.has_value()) {
    if (part != nullptr) untrained.why_not = part->why_not;
    return untrained;
  }
  const AlignmentResult& strict = parts.front().result->alignment;
  untrained.facts = FactsOf(part->result->alignment);
  const std::vector<double>& scores = part->result->alignment.score;
  if (std::all_of(scores.begin(), scores.end(), [](double r) { return r == 0 || std::isnan(r); })) {
    untrained.why_not = "the activations of the untrained model do not vary: every score is 0";
    return untrained;
  }
  if (strict.held_out_influence.empty() || part->result->alignment.held_out_influence.empty()) {
    untrained.why_not = absl::StrCat("the paired test needs draws, and ", why_no_draws);
    return untrained;
  }
  const UncertaintyOptions& options = strict.spec.uncertainty;
  absl::StatusOr<Comparison> comparison =
      Compare(ComparedOf(strict), ComparedOf(part->result->alignment), options.seed, options.draws);
  if (comparison.ok()) {
    untrained.comparison = *std::move(comparison);
  } else {
    untrained.why_not = absl::StrCat(
        "the trained model (the first) and the untrained one (the "
        "second) cannot be compared: ",
        comparison.status().message());
  }
  return untrained;
}

NeighbourFacts NeighbourFactsOf(const std::vector<RigourPartResult>& parts) {
  NeighbourFacts facts;
  const RigourPartResult* const part = FindPart(parts, "neighbours");
  if (part == nullptr) return facts;
  facts.why_not = part->why_not;
  if (!part->result.has_value() || part->result->alignment.score.size() != 2) return facts;
  const AlignmentResult& strict = parts.front().result->alignment;
  facts.layer = Printable(strict.layer_names[static_cast<std::size_t>(BestLayer(strict))]);
  facts.brain = strict.readout.alignment_score_best_layer;
  facts.brain_is_predicted = strict.spec.direction == Direction::kModelToBrain;
  facts.before = part->result->alignment.score[0];
  facts.after = part->result->alignment.score[1];
  return facts;
}

Json NumbersOfNeighbours(const NeighbourFacts& facts) {
  if (!facts.before.has_value()) return {};
  return {{"layer", facts.layer}, {"before", *facts.before}, {"after", *facts.after}};
}

Json NumbersOf(const JobResult& result) {
  const AlignmentResult& a = result.alignment;
  const JobFacts facts = FactsOf(a);
  return {{"job_id", result.job_id},
          {"preset", Name(a.spec.preset)},
          {"fold_by", Name(a.spec.fold_by)},
          {"purge_seconds", a.spec.purge_seconds},
          {"selection", Name(a.spec.selection)},
          {"detrend", OrNull(a.spec.uncertainty.detrend)},
          {"nuisance", a.spec.nuisance},
          {"score", JsonMatrix(a.score, 0, static_cast<std::size_t>(a.layers),
                               static_cast<std::size_t>(a.times))},
          {"t_max", a.readout.t_max},
          {"temporal_score", a.readout.temporal_score},
          {"temporal_score_p_parametric", a.readout.temporal_score_p},
          {"alignment_score_mean_of_layer_maxima", a.readout.alignment_score_mean_of_layer_maxima},
          {"alignment_score_best_layer", a.readout.alignment_score_best_layer},
          {"nulls", facts.nulls},
          {"p_max", OrNull(facts.p_max)},
          {"draws", facts.draws},
          {"df", facts.df},
          {"p_order_t_max", OrNull(facts.p_order)},
          {"p_order_t_half", OrNull(facts.p_order_half)},
          {"two_level_p_order_t_max", OrNull(facts.two_level_p_order)},
          {"two_level_p_order_t_half", OrNull(facts.two_level_p_order_half)},
          {"slope", OrNull(facts.slope)},
          {"slope_interval", IntervalToJson(facts.slope_interval)}};
}

Json PartToJson(const std::string& name, const std::string& why_not, Json numbers) {
  const bool done = !numbers.is_null();
  return {{"name", name},
          {"done", done},
          {"why_not", done ? Json() : Json(why_not)},
          {"numbers", std::move(numbers)}};
}

Json BeforeOnset(const JobFacts& strict) {
  if (!strict.before_best.has_value()) return {};
  const ScoreAt& before = *strict.before_best;
  const bool has_peak = strict.best.has_value() && strict.best->score > 0;
  return {{"score", before.score},
          {"layer", before.layer},
          {"seconds", before.seconds},
          {"share_of_peak", has_peak ? Json(before.score / strict.best->score) : Json()},
          {"p_familywise", OrNull(strict.p_before)}};
}

Json Autocorrelation(const AlignmentResult& strict) {
  if (strict.autocorrelation_integral.empty()) return {};
  return {{"lag_1", strict.autocorrelation_lag_1}, {"integral", strict.autocorrelation_integral}};
}

// The paired test of the trained model and the untrained one.
Json PairedOf(const std::vector<RigourPartResult>& parts, const Comparison& comparison) {
  const AlignmentResult& trained = parts.front().result->alignment;
  const AlignmentResult& untrained = FindPart(parts, "untrained")->result->alignment;
  const UncertaintyOptions& options = trained.spec.uncertainty;
  const std::string text =
      ComparisonToJson({"strict", ComparedOf(trained), options.draws, options.seed},
                       {"untrained", ComparedOf(untrained), options.draws, options.seed},
                       comparison, options.seed, options.draws);
  return Json::parse(text)["paired"];
}

}  // namespace

RigourFacts FactsOfParts(const std::vector<RigourPartResult>& parts) {
  const RigourPartResult& strict = parts.front();
  RigourFacts facts;
  facts.score_name = ScoreName(Name(strict.job.options.metric), /*is_gain=*/false);
  facts.nuisance_is_band = strict.job.options.direction == Direction::kModelToBrain;
  facts.why_no_null = WhyNoNulls(strict.job.options);
  facts.why_null_fails = WhyNullsFail(strict.result->alignment.spec);
  facts.why_no_draws = WhyNoDraws(strict.job.options);
  facts.strict = FactsOf(strict.result->alignment);
  facts.weaker_steps = WeakerSteps(strict.result->alignment);
  facts.strict_is_detrended = strict.job.options.uncertainty.detrend.has_value();
  facts.paper = PartOf(parts, "paper");
  facts.shuffled = PartOf(parts, "shuffled");
  facts.detrended = PartOf(parts, "detrended");
  facts.nuisance = PartOf(parts, "nuisance");
  if (const RigourPartResult* const part = FindPart(parts, "nuisance"); part != nullptr) {
    for (const std::string& name : part->job.options.nuisance) {
      facts.nuisance_names.push_back(Printable(name));
    }
  }
  facts.previous_words = PartOf(parts, "previous_words");
  facts.untrained = UntrainedOf(parts, facts.why_no_draws);
  facts.neighbours = NeighbourFactsOf(parts);
  facts.swapped = PartOf(parts, "swapped");
  return facts;
}

std::string WithRigour(const std::string& result_json, const std::vector<RigourPartResult>& parts,
                       const RigourFacts& facts, const Verdict& verdict) {
  Json list = Json::array();
  for (const RigourPartResult& part : parts) {
    if (part.job.name == "neighbours") {
      list.push_back(
          PartToJson(part.job.name, part.why_not, NumbersOfNeighbours(facts.neighbours)));
      continue;
    }
    list.push_back(PartToJson(part.job.name, part.why_not,
                              part.result.has_value() ? NumbersOf(*part.result) : Json()));
    if (part.job.name != "untrained" || !part.result.has_value()) continue;
    list.back()["numbers"]["paired"] =
        facts.untrained.comparison ? PairedOf(parts, *facts.untrained.comparison) : Json();
  }
  const CeilingFacts& ceiling = facts.ceiling;
  list.push_back(PartToJson("ceiling", ceiling.why_not,
                            ceiling.why_not.empty() ? Json{{"items", ceiling.items},
                                                           {"ceiling", ceiling.ceiling},
                                                           {"seconds", ceiling.seconds}}
                                                    : Json()));
  list.push_back(PartToJson("before_onset", "there is no time before 0 with a score",
                            BeforeOnset(facts.strict)));
  list.push_back(PartToJson("autocorrelation", "it is computed only with nulls or draws",
                            Autocorrelation(parts.front().result->alignment)));
  Json json = Json::parse(result_json);
  json["rigour"] = {{"parts", std::move(list)},
                    {"verdict",
                     {{"established", verdict.established},
                      {"not_established", verdict.not_established},
                      {"not_testable", verdict.not_testable},
                      {"described", verdict.described}}}};
  return Written(json);
}

}  // namespace brainalign
