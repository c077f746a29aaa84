#include "core/planning/work_rates.h"

#include <Eigen/Core>
#include <Eigen/LU>
#include <algorithm>
#include <chrono>
#include <cmath>
#include <cstring>
#include <vector>

#include "absl/strings/numbers.h"
#include "absl/strings/str_format.h"
#include "absl/strings/str_join.h"
#include "absl/strings/str_split.h"
#include "core/linalg/lapack.h"
#include "core/linalg/matrix_types.h"
#include "core/planning/work_progress.h"

namespace brainalign {
namespace {

// Units shorter than this are measured badly.
constexpr double kLeastSeconds = 1e-3;
// Later work has more weight: work that is older by twice this has the weight e^-2.
constexpr double kMemorySeconds = 900;
// The first measurement counts as much as this much work of each kind.
constexpr double kStartSeconds = 2;
// Estimates stay within this factor of the first measurement.
constexpr double kFarthest = 30;

std::array<double, 3> AsArray(const Work& work) {
  return {work.single_operations, work.double_operations, work.bytes};
}

// The quickest of a few runs.
template <typename Run>
double SecondsOf(const Run& run) {
  double best = 1e9;
  for (int i = 0; i < 3; ++i) {
    const auto start = std::chrono::steady_clock::now();
    run();
    const std::chrono::duration<double> taken = std::chrono::steady_clock::now() - start;
    best = std::min(best, taken.count());
  }
  return std::max(best, 1e-6);
}

template <typename T>
double SecondsPerOperation(Eigen::Index size) {
  const ColMatrix<T> left = ColMatrix<T>::Constant(size, size, T(0.5));
  const ColMatrix<T> right = ColMatrix<T>::Constant(size, size, T(0.25));
  ColMatrix<T> product(size, size);
  const auto n = static_cast<double>(size);
  // Work is not products alone: factorisations and loops over memory slow it down.
  constexpr double kShareOfPeak = 0.6;
  return SecondsOf([&] { product.noalias() = left * right; }) / (2 * n * n * n) / kShareOfPeak;
}

}  // namespace

WorkRates::WorkRates(const std::array<double, 3>& seconds_each)
    : start_(seconds_each), seconds_each_(seconds_each) {}

WorkRates WorkRates::Calibrate() {
  UseCallersThreads();
  constexpr std::size_t kBytes = 8 << 20;
  std::vector<char> from(kBytes, 1);
  std::vector<char> to(kBytes);
  // Bytes of inputs are converted and added up, not only copied.
  constexpr double kPasses = 6;
  const double copy = SecondsOf([&] { std::memcpy(to.data(), from.data(), kBytes); });
  return WorkRates({SecondsPerOperation<float>(512), SecondsPerOperation<double>(384),
                    kPasses * copy / static_cast<double>(kBytes)});
}

double WorkRates::Seconds(const Work& work) const {
  const std::array<double, 3> amount = AsArray(work);
  double seconds = 0;
  for (std::size_t i = 0; i < 3; ++i) seconds += amount[i] * seconds_each_[i];
  return seconds;
}

void WorkRates::Learn(const Work& work, double seconds) {
  if (!(seconds >= kLeastSeconds) || !std::isfinite(seconds)) return;
  // In units of the first measurement, so that the equations are well scaled.
  std::array<double, 3> amount = AsArray(work);
  for (std::size_t i = 0; i < 3; ++i) amount[i] *= start_[i];
  const double fading = std::exp(-seconds / kMemorySeconds);
  const double weight = 1 / seconds;  // a second of work counts the same in any unit
  for (std::size_t i = 0; i < 3; ++i) {
    product_[i] = product_[i] * fading + weight * amount[i] * seconds;
    for (std::size_t j = 0; j < 3; ++j) {
      square_[3 * i + j] = square_[3 * i + j] * fading + weight * amount[i] * amount[j];
    }
  }
  Solve();
}

void WorkRates::Solve() {
  Eigen::Matrix3d square = Eigen::Map<const Eigen::Matrix3d>(square_.data());
  Eigen::Vector3d product = Eigen::Map<const Eigen::Vector3d>(product_.data());
  square.diagonal().array() += kStartSeconds;
  product.array() += kStartSeconds;
  const Eigen::Vector3d factor = square.partialPivLu().solve(product);
  for (std::size_t i = 0; i < 3; ++i) {
    const double learned = factor(static_cast<Eigen::Index>(i));
    seconds_each_[i] = start_[i] * std::clamp(learned, 1 / kFarthest, kFarthest);
  }
}

std::string WorkRates::Save() const {
  std::vector<double> all(start_.begin(), start_.end());
  all.insert(all.end(), square_.begin(), square_.end());
  all.insert(all.end(), product_.begin(), product_.end());
  return absl::StrJoin(
      all, " ", [](std::string* out, double value) { absl::StrAppendFormat(out, "%.17g", value); });
}

bool WorkRates::Restore(const std::string& text) {
  std::vector<double> all;
  for (const absl::string_view part : absl::StrSplit(absl::string_view(text), ' ')) {
    double value = 0;
    if (!absl::SimpleAtod(part, &value) || !std::isfinite(value)) return false;
    all.push_back(value);
  }
  if (all.size() != 15 ||
      !std::all_of(all.begin(), all.begin() + 3, [](double v) { return v > 0; })) {
    return false;
  }
  std::copy_n(all.begin(), 3, start_.begin());
  std::copy_n(all.begin() + 3, 9, square_.begin());
  std::copy_n(all.begin() + 12, 3, product_.begin());
  Solve();
  return true;
}

Pace& Pace::operator+=(const Pace& other) {
  taken_seconds += other.taken_seconds;
  expected_seconds += other.expected_seconds;
  return *this;
}

double Pace::Slowness(double prior_seconds, double prior) const {
  return (taken_seconds + prior * prior_seconds) / (expected_seconds + prior_seconds);
}

double EstimateSeconds(const AlignmentPlan& plan, const WorkRates& rates, double threads,
                       const Pace& measured) {
  const double seconds =
      rates.Seconds(plan.opening) + WorkProgress(plan, rates).RemainingSeconds(0, threads);
  const double prior_seconds = kPacePriorShare * seconds;
  return prior_seconds > 0 ? seconds * measured.Slowness(prior_seconds) : seconds;
}

}  // namespace brainalign
