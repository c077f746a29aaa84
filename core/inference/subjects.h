#ifndef BRAINALIGN_CORE_INFERENCE_SUBJECTS_H_
#define BRAINALIGN_CORE_INFERENCE_SUBJECTS_H_

#include <cstddef>
#include <optional>
#include <vector>

namespace brainalign {

// Fewer subjects have no p: with N subjects the smallest two-sided p is 2 / 2^N.
constexpr std::size_t kSubjectsForP = 6;
// More subjects have too many flips to count all of them.
constexpr std::size_t kMostSubjectsForP = 40;

// One value of each subject, taken together (docs/uncertainty.md, "Subjects").
struct SubjectSummary {
  double mean = 0;
  std::optional<double> se;  // of the mean: deviation / sqrt(N). Nothing for one subject.
  // Two-sided sign-flip p of the mean: the share of all 2^N choices of signs, the observed one
  // among them, whose |sum| is at least as large. Nothing outside 6 to 40 subjects.
  std::optional<double> p;
};

// `values` (N), finite, N >= 1.
SubjectSummary SummariseSubjects(const std::vector<double>& values);

}  // namespace brainalign

#endif  // BRAINALIGN_CORE_INFERENCE_SUBJECTS_H_
