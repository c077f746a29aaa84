#ifndef BRAINALIGN_CORE_LINALG_SPARE_MATRICES_H_
#define BRAINALIGN_CORE_LINALG_SPARE_MATRICES_H_

#include <algorithm>
#include <cstdint>
#include <utility>
#include <vector>

#include "absl/base/thread_annotations.h"
#include "core/linalg/held_bytes.h"
#include "core/linalg/large_pages.h"
#include "core/linalg/matrix_types.h"
#include "core/mutex.h"

namespace brainalign {

// Keeps large matrices that are no longer needed for reuse, because the system needs longer to
// provide memory than a loop needs to fill it. Spare and used matrices together never exceed the
// largest amount that was in use at one time. Thread-safe.
template <typename T>
class SpareMatrices {
 public:
  // A matrix (rows, columns) with undefined values.
  ColMatrix<T> Take(Eigen::Index rows, Eigen::Index columns) {
    std::vector<ColMatrix<T>> given_back;  // freed after the lock is released
    {
      MutexLock lock(mutex_);
      used_bytes_ += BytesOf(rows, columns);
      most_used_bytes_ = std::max(most_used_bytes_, used_bytes_);
      const auto fits = std::find_if(spare_.begin(), spare_.end(), [&](const ColMatrix<T>& spare) {
        return spare.rows() == rows && spare.cols() == columns;
      });
      if (fits != spare_.end()) {
        ColMatrix<T> matrix = std::move(*fits);
        spare_.erase(fits);
        spare_bytes_ -= HeldBytes(matrix);
        return matrix;
      }
      given_back = GiveBack();
    }
    given_back.clear();
    ColMatrix<T> matrix(rows, columns);
    UseLargePages(matrix);
    return matrix;
  }

  // Returns a matrix that Take returned, with its shape unchanged.
  void Give(ColMatrix<T> matrix) {
    MutexLock lock(mutex_);
    used_bytes_ -= HeldBytes(matrix);
    spare_bytes_ += HeldBytes(matrix);
    spare_.push_back(std::move(matrix));
  }

  // Frees all spare matrices.
  void Clear() {
    std::vector<ColMatrix<T>> given_back;
    MutexLock lock(mutex_);
    given_back.swap(spare_);
    spare_bytes_ = 0;
  }

  std::int64_t held_bytes() const {
    MutexLock lock(mutex_);
    return used_bytes_ + spare_bytes_;
  }

 private:
  static std::int64_t BytesOf(Eigen::Index rows, Eigen::Index columns) {
    return rows * columns * static_cast<std::int64_t>(sizeof(T));
  }

  // Removes the oldest spare matrices until the rest is within the bound.
  std::vector<ColMatrix<T>> GiveBack() ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_) {
    std::vector<ColMatrix<T>> given_back;
    auto end = spare_.begin();
    for (; end != spare_.end() && used_bytes_ + spare_bytes_ > most_used_bytes_; ++end) {
      spare_bytes_ -= HeldBytes(*end);
      given_back.push_back(std::move(*end));
    }
    spare_.erase(spare_.begin(), end);
    return given_back;
  }

  mutable Mutex mutex_;
  std::vector<ColMatrix<T>> spare_ ABSL_GUARDED_BY(mutex_);  // in the order of Give
  std::int64_t used_bytes_ ABSL_GUARDED_BY(mutex_) = 0;
  std::int64_t spare_bytes_ ABSL_GUARDED_BY(mutex_) = 0;
  std::int64_t most_used_bytes_ ABSL_GUARDED_BY(mutex_) = 0;
};

}  // namespace brainalign

#endif  // BRAINALIGN_CORE_LINALG_SPARE_MATRICES_H_
