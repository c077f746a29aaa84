#include "core/inference/block_draws.h"

#include <algorithm>
#include <cmath>
#include <cstddef>

#include "core/inference/random_draws.h"
#include "core/linalg/lapack.h"

namespace brainalign {
namespace {

constexpr int kDrawsAtOnce = 64;

}  // namespace

void ForEachDraw(const RowMatrix<double>& influence, std::uint64_t seed, int draws,
                 const std::function<void(const double* noise)>& visit) {
  UseCallersThreads();
  for (int first = 0; first < draws; first += kDrawsAtOnce) {
    const int count = std::min(kDrawsAtOnce, draws - first);
    RowMatrix<double> weights(count, influence.rows());
    for (int draw = 0; draw < count; ++draw) {
      for (Eigen::Index block = 0; block < influence.rows(); ++block) {
        weights(draw, block) = NormalDraw(seed, static_cast<std::uint64_t>(first + draw),
                                          static_cast<std::uint64_t>(block));
      }
    }
    const RowMatrix<double> noise = weights * influence;
    for (int draw = 0; draw < count; ++draw) visit(noise.data() + draw * noise.cols());
  }
}

std::vector<double> LargestStandardised(const RowMatrix<double>& influence,
                                        const std::vector<double>& standard_errors,
                                        std::uint64_t seed, int draws) {
  std::vector<double> largest;
  ForEachDraw(influence, seed, draws, [&](const double* noise) {
    double top = 0;
    for (std::size_t cell = 0; cell < standard_errors.size(); ++cell) {
      if (standard_errors[cell] > 0) {
        top = std::max(top, std::abs(noise[cell]) / standard_errors[cell]);
      }
    }
    largest.push_back(top);
  });
  return largest;
}

}  // namespace brainalign
