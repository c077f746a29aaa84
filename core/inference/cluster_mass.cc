#include "core/inference/cluster_mass.h"

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <utility>

namespace brainalign {
namespace {

struct Clusters {
  std::vector<int> of_cell;
  std::vector<double> mass;

  double largest() const { return mass.empty() ? 0 : *std::max_element(mass.begin(), mass.end()); }
};

// Clusters of `excess` (layers, times) over 0.
Clusters FindClusters(const Eigen::ArrayXd& excess, std::size_t layers, std::size_t times) {
  Clusters clusters{std::vector<int>(layers * times, -1), {}};
  std::vector<std::size_t> pending;
  const auto visit = [&](std::size_t cell) {
    const double above = excess[static_cast<Eigen::Index>(cell)];
    if (!(above > 0) || clusters.of_cell[cell] >= 0) return;
    clusters.of_cell[cell] = static_cast<int>(clusters.mass.size()) - 1;
    clusters.mass.back() += above;
    pending.push_back(cell);
  };
  for (std::size_t start = 0; start < layers * times; ++start) {
    if (!(excess[static_cast<Eigen::Index>(start)] > 0) || clusters.of_cell[start] >= 0) continue;
    clusters.mass.push_back(0);
    visit(start);
    while (!pending.empty()) {
      const std::size_t cell = pending.back();
      pending.pop_back();
      const std::size_t time = cell % times;
      if (time > 0) visit(cell - 1);
      if (time + 1 < times) visit(cell + 1);
      if (cell >= times) visit(cell - times);
      if (cell + times < layers * times) visit(cell + times);
    }
  }
  return clusters;
}

}  // namespace

ClusterTests TestClusters(const ScoreMatrix& seen, const MatrixDraws& null, double threshold) {
  const std::size_t times = seen.times_seconds.size();
  const Eigen::Map<const Eigen::ArrayXd> observed(seen.score.data(),
                                                  static_cast<Eigen::Index>(seen.score.size()));
  const auto count = static_cast<double>(null.rows() + 1);
  const Eigen::ArrayXd mean = (null.colwise().sum().transpose().array() + observed) / count;
  Eigen::ArrayXd squares = (observed - mean).square();
  for (Eigen::Index draw = 0; draw < null.rows(); ++draw) {
    squares += (null.row(draw).transpose().array() - mean).square();
  }
  const Eigen::ArrayXd deviation = (squares / count).sqrt();
  const auto clusters_of = [&](const Eigen::ArrayXd& matrix) {
    const Eigen::ArrayXd z = (deviation > 0).select((matrix - mean) / deviation, 0.0);
    return FindClusters(z - threshold, seen.layers(), times);
  };
  std::vector<double> largest;
  for (Eigen::Index draw = 0; draw < null.rows(); ++draw) {
    largest.push_back(clusters_of(null.row(draw).transpose().array()).largest());
  }
  Clusters clusters = clusters_of(observed);
  ClusterTests tests;
  tests.cluster_of_cell = std::move(clusters.of_cell);
  tests.mass = std::move(clusters.mass);
  for (const double mass : tests.mass) {
    tests.p.push_back(ExceedanceP(largest, mass));
    tests.p_max = std::min(tests.p_max, tests.p.back());
  }
  return tests;
}

}  // namespace brainalign
