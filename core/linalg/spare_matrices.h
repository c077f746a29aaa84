#ifndef BRAINALIGN_CORE_LINALG_SPARE_MATRICES_H_
#define BRAINALIGN_CORE_LINALG_SPARE_MATRICES_H_

#include <algorithm>
#include <mutex>
#include <utility>
#include <vector>

#include "core/linalg/large_pages.h"
#include "core/linalg/matrix_types.h"

namespace brainalign {

// Large matrices that are no longer needed, to be used again: the system takes longer to
// hand out memory than it takes to fill it. Any thread may call it.
template <typename T>
class SpareMatrices {
 public:
  // (rows, columns), of any values.
  ColMatrix<T> Take(Eigen::Index rows, Eigen::Index columns) {
    {
      const std::lock_guard<std::mutex> lock(mutex_);
      const auto fits = std::find_if(spare_.begin(), spare_.end(), [&](const ColMatrix<T>& spare) {
        return spare.rows() == rows && spare.cols() == columns;
      });
      if (fits != spare_.end()) {
        std::swap(*fits, spare_.back());
        ColMatrix<T> matrix = std::move(spare_.back());
        spare_.pop_back();
        return matrix;
      }
    }
    ColMatrix<T> matrix(rows, columns);
    UseLargePages(matrix);
    return matrix;
  }

  void Give(ColMatrix<T> matrix) {
    const std::lock_guard<std::mutex> lock(mutex_);
    spare_.push_back(std::move(matrix));
  }

  void Clear() {
    const std::lock_guard<std::mutex> lock(mutex_);
    spare_.clear();
  }

 private:
  std::mutex mutex_;
  std::vector<ColMatrix<T>> spare_;
};

}  // namespace brainalign

#endif  // BRAINALIGN_CORE_LINALG_SPARE_MATRICES_H_
