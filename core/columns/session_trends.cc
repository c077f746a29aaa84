#include "core/columns/session_trends.h"

#include <cstddef>

#include "core/inference/detrend.h"

namespace brainalign {
namespace {

// What is left of squares is rounding below this share of them. Below the second it must be
// computed from what is left itself, because a difference would show rounding.
constexpr double kRoundingShare = 1e-24;
constexpr double kUnclearShare = 1e-9;

}  // namespace

SessionTrends::SessionTrends(const std::vector<std::int32_t>& word,
                             const std::vector<Words>& sessions,
                             const std::vector<double>& onsets_seconds, int order)
    : session_(word.size()), value_begin_(word.size()), begin_({0}) {
  std::vector<std::int32_t> position_of_word(word.size());
  for (std::size_t p = 0; p < word.size(); ++p) {
    position_of_word[static_cast<std::size_t>(word[p])] = static_cast<std::int32_t>(p);
  }
  for (std::size_t s = 0; s < sessions.size(); ++s) {
    const Matrix basis = PositionPolynomials(sessions[s], onsets_seconds, order);
    for (std::size_t i = 0; i < sessions[s].size(); ++i) {
      const auto position =
          static_cast<std::size_t>(position_of_word[static_cast<std::size_t>(sessions[s][i])]);
      session_[position] = static_cast<int>(s);
      value_begin_[position] = values_.size();
      for (Eigen::Index c = 0; c < basis.cols(); ++c) {
        values_.push_back(basis(static_cast<Eigen::Index>(i), c));
      }
    }
    begin_.push_back(begin_.back() + basis.cols());
  }
}

void SessionTrends::TakeOut(Eigen::Ref<Vector> values) const {
  Vector along = Vector::Zero(count());
  Vector before = Vector::Zero(sessions());
  const auto add_all = [&](const auto& add) {
    for (Eigen::Index p = 0; p < values.size(); ++p) {
      const int s = session(p);
      const Eigen::Index first = begin(s);
      add(p, s, first, begin(s + 1) - first, this->values(p));
    }
  };
  using Index = Eigen::Index;
  add_all([&](Index p, int s, Index first, Index polynomials, const double* at) {
    before(s) += values(p) * values(p);
    for (Index c = 0; c < polynomials; ++c) along(first + c) += at[c] * values(p);
  });
  Vector after = Vector::Zero(sessions());
  add_all([&](Index p, int s, Index first, Index polynomials, const double* at) {
    for (Index c = 0; c < polynomials; ++c) values(p) -= at[c] * along(first + c);
    after(s) += values(p) * values(p);
  });
  for (Index p = 0; p < values.size(); ++p) {
    if (after(session(p)) <= kRoundingShare * before(session(p))) values(p) = 0;
  }
}

ColumnTrends::ColumnTrends(const SessionTrends& trends, Eigen::Index columns)
    : trends_(&trends),
      along_(RowMatrix<double>::Zero(trends.count(), columns)),
      squares_(RowMatrix<double>::Zero(trends.sessions(), columns)) {}

void ColumnTrends::Add(std::int64_t position, const Vector& row) {
  const int s = trends_->session(position);
  const double* const at = trends_->values(position);
  for (Eigen::Index c = trends_->begin(s); c < trends_->begin(s + 1); ++c) {
    along_.row(c) += at[c - trends_->begin(s)] * row.transpose();
  }
  squares_.row(s) += row.cwiseAbs2().transpose();
}

bool ColumnTrends::IsFound() const {
  for (int s = 0; s < trends_->sessions(); ++s) {
    const Eigen::Index first = trends_->begin(s);
    const auto explained =
        along_.middleRows(first, trends_->begin(s + 1) - first).colwise().squaredNorm();
    const auto total = squares_.row(s);
    if (((total - explained).array() <= kUnclearShare * total.array()).any()) return false;
  }
  return true;
}

void ColumnTrends::AddRest(std::int64_t position, const Vector& row) {
  if (rest_.size() == 0) rest_.setZero(squares_.rows(), squares_.cols());
  const int s = trends_->session(position);
  const double* const at = trends_->values(position);
  Eigen::RowVectorXd left = row.transpose();
  for (Eigen::Index c = trends_->begin(s); c < trends_->begin(s + 1); ++c) {
    left -= at[c - trends_->begin(s)] * along_.row(c);
  }
  rest_.row(s) += left.cwiseAbs2();
}

void ColumnTrends::TakeOut(std::int64_t position, Eigen::Index begin,
                           Eigen::Ref<Eigen::RowVectorXd> row) const {
  const int s = trends_->session(position);
  const double* const at = trends_->values(position);
  for (Eigen::Index c = trends_->begin(s); c < trends_->begin(s + 1); ++c) {
    row -= at[c - trends_->begin(s)] * along_.row(c).segment(begin, row.size());
  }
  if (rest_.size() == 0) return;
  for (Eigen::Index c = 0; c < row.size(); ++c) {
    if (rest_(s, begin + c) <= kRoundingShare * squares_(s, begin + c)) row(c) = 0;
  }
}

Vector ColumnTrends::Rest() const {
  const Eigen::RowVectorXd total = squares_.colwise().sum();
  const Eigen::RowVectorXd explained = along_.colwise().squaredNorm();
  return (total - explained).cwiseMax(0.0).transpose();
}

double SessionTrendsBytes(double words, int order) { return words * (8 * (order + 1) + 12); }

double ColumnTrendsBytes(double polynomials, double sessions, double columns) {
  return 8 * columns * (polynomials + 2 * sessions);
}

}  // namespace brainalign
