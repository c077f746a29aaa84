#ifndef BRAINALIGN_CORE_COLUMNS_SESSION_TRENDS_H_
#define BRAINALIGN_CORE_COLUMNS_SESSION_TRENDS_H_

#include <cstddef>
#include <cstdint>
#include <vector>

#include "core/linalg/matrix_types.h"
#include "core/problem/folds.h"

namespace brainalign {

// Polynomials of the position in the session (PositionPolynomials), which are taken out of both
// sides of an alignment before everything else (docs/uncertainty.md, "Drift"). Words are known by
// their position (core/problem/segments.h).
class SessionTrends {
 public:
  // `word` (n): the word at each position. `sessions` from WordsOfSessions, `onsets_seconds` (w) or
  // empty. `order`: the highest degree.
  SessionTrends(const std::vector<std::int32_t>& word, const std::vector<Words>& sessions,
                const std::vector<double>& onsets_seconds, int order);

  // Takes the polynomials out of one column, `values` (n). A session in which nothing but rounding
  // is left becomes 0, so that a constant stays one.
  void TakeOut(Eigen::Ref<Vector> values) const;

  // Number of polynomials in all sessions together.
  Eigen::Index count() const { return begin_.back(); }
  int sessions() const { return static_cast<int>(begin_.size()) - 1; }
  int session(std::int64_t position) const { return session_[static_cast<std::size_t>(position)]; }
  // The first polynomial of a session; that of the next is its end.
  Eigen::Index begin(int session) const { return begin_[static_cast<std::size_t>(session)]; }
  // The values of the polynomials of a position's session there.
  const double* values(std::int64_t position) const {
    return values_.data() + value_begin_[static_cast<std::size_t>(position)];
  }

 private:
  std::vector<int> session_;              // (n)
  std::vector<std::size_t> value_begin_;  // (n) in values_
  std::vector<double> values_;            // of each position
  std::vector<Eigen::Index> begin_;       // (sessions + 1)
};

// Bytes of the trends of so many words, and of those of so many columns (ColumnTrends).
double SessionTrendsBytes(double words, int order);
double ColumnTrendsBytes(double polynomials, double sessions, double columns);

// The trends of some columns, which are read row by row. Order of calls: Add for every position,
// then IsFound; if it returns false, AddRest for every position; then TakeOut.
class ColumnTrends {
 public:
  // `trends` must outlive the object. `columns`: d.
  ColumnTrends(const SessionTrends& trends, Eigen::Index columns);

  // `row` (d): the columns at a position.
  void Add(std::int64_t position, const Vector& row);
  // Whether something is left in every session and column, so that AddRest is not needed.
  bool IsFound() const;
  void AddRest(std::int64_t position, const Vector& row);

  // Takes the trends of the columns from `begin` on out of `row`.
  void TakeOut(std::int64_t position, Eigen::Index begin, Eigen::Ref<Eigen::RowVectorXd> row) const;

  // (d) Sums of squares of what is left.
  Vector Rest() const;

 private:
  const SessionTrends* trends_;
  RowMatrix<double> along_;    // (polynomials, d) coefficients
  RowMatrix<double> squares_;  // (sessions, d) of the columns
  RowMatrix<double> rest_;     // (sessions, d) of what is left; empty without AddRest
};

}  // namespace brainalign

#endif  // BRAINALIGN_CORE_COLUMNS_SESSION_TRENDS_H_
