#include "absl/strings/str_cat.h"
#include "server/rows/convert.h"

namespace brainalign {
namespace {

// Multiples of less than this are no rounding any more, and of more no scores.
constexpr double kLeastStep = 1e-12;
constexpr double kMostStep = 0.5;

// The values of a repeated enum, whose value 0 means the first of ours; those of the default
// where there are none.
// `last` is the last of ours that a policy can permit; `name` names any.
template <typename Ours, typename Repeated, typename Name>
std::vector<Ours> Choices(const Repeated& values, Ours last, const Name& name,
                          std::vector<Ours> otherwise, const std::string& field,
                          std::vector<FieldProblem>& problems) {
  if (values.empty()) return otherwise;
  std::vector<Ours> choices;
  for (int i = 0; i < values.size(); ++i) {
    const int number = values.Get(i);
    if (number < 0 || number > static_cast<int>(last) + 1) {
      const std::string known = name(number);
      problems.push_back(
          {absl::StrCat(field, "[", i, "]"),
           absl::StrCat("is ",
                        known.empty() ? absl::StrCat(number, ", which this server does not know")
                                      : absl::StrCat(known,
                                                     ", which a policy cannot permit for a "
                                                     "sealed recording"),
                        "; values are 0 to ", static_cast<int>(last) + 1)});
      continue;
    }
    choices.push_back(static_cast<Ours>(number == 0 ? 0 : number - 1));
  }
  return choices;
}

void CheckLeastOne(const std::string& field, std::int64_t number,
                   std::vector<FieldProblem>& problems) {
  if (number >= 1) return;
  problems.push_back(
      {field, absl::StrCat("is ", number, "; give 1 or more, or leave it out for the default")});
}

}  // namespace

SealPolicy PolicyFromProto(const v1::SealPolicy& proto, const std::string& field,
                           std::vector<FieldProblem>& problems) {
  SealPolicy policy;
  policy.metrics = Choices(
      proto.metrics(), Metric::kR2,
      [](int number) { return v1::Metric_Name(static_cast<v1::Metric>(number)); }, policy.metrics,
      field + ".metrics", problems);
  policy.directions = Choices(
      proto.directions(), Direction::kModelToBrain,
      [](int number) { return v1::Direction_Name(static_cast<v1::Direction>(number)); },
      policy.directions, field + ".directions", problems);
  if (proto.has_min_test_words()) {
    policy.min_test_words = proto.min_test_words();
    CheckLeastOne(field + ".min_test_words", policy.min_test_words, problems);
  }
  policy.release_fold_scores = proto.release_fold_scores();
  policy.release_alpha_counts = proto.release_alpha_counts();
  policy.release_cache_key = proto.release_cache_key();
  if (proto.has_score_step()) {
    policy.score_step = proto.score_step();
    if (!(policy.score_step >= kLeastStep && policy.score_step <= kMostStep)) {
      problems.push_back({field + ".score_step",
                          absl::StrCat("is ", policy.score_step, "; give ", kLeastStep, " to ",
                                       kMostStep, ", or leave it out for the default")});
    }
  }
  if (proto.has_max_released_numbers()) {
    policy.max_released_numbers = proto.max_released_numbers();
    CheckLeastOne(field + ".max_released_numbers", policy.max_released_numbers, problems);
  }
  return policy;
}

v1::SealPolicy ToProto(const SealPolicy& policy) {
  v1::SealPolicy proto;
  for (const Metric metric : policy.metrics) {
    proto.add_metrics(static_cast<v1::Metric>(static_cast<int>(metric) + 1));
  }
  for (const Direction direction : policy.directions) {
    proto.add_directions(static_cast<v1::Direction>(static_cast<int>(direction) + 1));
  }
  proto.set_min_test_words(policy.min_test_words);
  proto.set_release_fold_scores(policy.release_fold_scores);
  proto.set_release_alpha_counts(policy.release_alpha_counts);
  proto.set_release_cache_key(policy.release_cache_key);
  proto.set_score_step(policy.score_step);
  proto.set_max_released_numbers(policy.max_released_numbers);
  return proto;
}

}  // namespace brainalign
