#include "core/linalg/lapack.h"

#include <algorithm>
#include <utility>
#include <vector>

#include "absl/strings/str_cat.h"

extern "C" {
void dsytrd_(const char* uplo, const int* n, double* a, const int* lda, double* d, double* e,
             double* tau, double* work, const int* lwork, int* info);
void dorgtr_(const char* uplo, const int* n, double* a, const int* lda, const double* tau,
             double* work, const int* lwork, int* info);
void dsyevd_(const char* jobz, const char* uplo, const int* n, double* a, const int* lda, double* w,
             double* work, const int* lwork, int* iwork, const int* liwork, int* info);
void dgesvd_(const char* jobu, const char* jobvt, const int* m, const int* n, double* a,
             const int* lda, double* s, double* u, const int* ldu, double* vt, const int* ldvt,
             double* work, const int* lwork, int* info);
void dgesdd_(const char* jobz, const int* m, const int* n, double* a, const int* lda, double* s,
             double* u, const int* ldu, double* vt, const int* ldvt, double* work, const int* lwork,
             int* iwork, int* info);
void dpotrf_(const char* uplo, const int* n, double* a, const int* lda, int* info);
void dsterf_(const int* n, double* d, double* e, int* info);
void openblas_set_num_threads(int count);
}

namespace brainalign {
namespace {

absl::Status CheckInfo(const char* routine, int info) {
  if (info == 0) return absl::OkStatus();
  return absl::InternalError(
      absl::StrCat("the linear algebra routine ", routine, " failed with code ", info));
}

}  // namespace

bool CholeskyUpper(Matrix& matrix) {
  const int n = static_cast<int>(matrix.rows());
  const int stride = std::max(1, n);
  int info = 0;
  dpotrf_("U", &n, matrix.data(), &stride, &info);
  return info == 0;
}

absl::Status Tridiagonalise(const Matrix& symmetric, Matrix& q, Vector& diagonal,
                            Vector& off_diagonal) {
  const int n = static_cast<int>(symmetric.rows());
  q = symmetric;
  diagonal.resize(n);
  off_diagonal.resize(std::max(0, n - 1));
  Vector tau(std::max(1, n - 1));
  const int lwork = 64 * std::max(1, n);
  std::vector<double> work(static_cast<std::size_t>(lwork));
  int info = 0;
  double unused = 0;
  double* off = n > 1 ? off_diagonal.data() : &unused;
  dsytrd_("L", &n, q.data(), &n, diagonal.data(), off, tau.data(), work.data(), &lwork, &info);
  if (info != 0) return CheckInfo("dsytrd", info);
  dorgtr_("L", &n, q.data(), &n, tau.data(), work.data(), &lwork, &info);
  return CheckInfo("dorgtr", info);
}

absl::Status SymmetricEigen(const Matrix& symmetric, Vector& values, Matrix& vectors) {
  if (symmetric.rows() > kLargestEigenproblem) {
    return absl::InternalError(absl::StrCat("a matrix of ", symmetric.rows(),
                                            " rows is to be decomposed; at most ",
                                            kLargestEigenproblem, " rows can be"));
  }
  const int n = static_cast<int>(symmetric.rows());
  vectors = symmetric;
  values.resize(n);
  int lwork = -1;
  int liwork = -1;
  double work_size = 0;
  int iwork_size = 0;
  int info = 0;
  dsyevd_("V", "L", &n, vectors.data(), &n, values.data(), &work_size, &lwork, &iwork_size, &liwork,
          &info);
  lwork = static_cast<int>(work_size);
  liwork = iwork_size;
  std::vector<double> work(static_cast<std::size_t>(lwork));
  std::vector<int> iwork(static_cast<std::size_t>(liwork));
  dsyevd_("V", "L", &n, vectors.data(), &n, values.data(), work.data(), &lwork, iwork.data(),
          &liwork, &info);
  return CheckInfo("dsyevd", info);
}

absl::Status TridiagonalEigenvalues(const Vector& diagonal, const Vector& off_diagonal,
                                    Vector& values) {
  const int n = static_cast<int>(diagonal.size());
  values = diagonal;
  Vector off = off_diagonal;
  off.conservativeResize(std::max(1, n - 1));
  int info = 0;
  dsterf_(&n, values.data(), off.data(), &info);
  return CheckInfo("dsterf", info);
}

absl::Status RightSingularVectors(const Matrix& square, Vector& values, Matrix& vectors) {
  const int n = static_cast<int>(square.rows());
  vectors = square;
  values.resize(n);
  // The rows of V' take the place of the matrix.
  const auto call = [&](double* work, int lwork) {
    double unused = 0;
    const int one = 1;
    int info = 0;
    dgesvd_("N", "O", &n, &n, vectors.data(), &n, values.data(), &unused, &one, &unused, &one, work,
            &lwork, &info);
    return info;
  };
  double work_size = 0;
  call(&work_size, -1);
  std::vector<double> work(static_cast<std::size_t>(work_size));
  const int info = call(work.data(), static_cast<int>(work.size()));
  vectors.transposeInPlace();
  return CheckInfo("dgesvd", info);
}

absl::Status SingularVectors(Matrix matrix, Vector& values, Matrix& left, Matrix& right) {
  const int m = static_cast<int>(matrix.rows());
  const int n = static_cast<int>(matrix.cols());
  const int smaller = std::min(m, n);
  values.resize(smaller);
  left.resize(m, smaller);
  Matrix right_transposed(smaller, n);
  std::vector<int> iwork(8 * static_cast<std::size_t>(smaller));
  const auto call = [&](double* work, int lwork) {
    int info = 0;
    dgesdd_("S", &m, &n, matrix.data(), &m, values.data(), left.data(), &m, right_transposed.data(),
            &smaller, work, &lwork, iwork.data(), &info);
    return info;
  };
  double work_size = 0;
  call(&work_size, -1);
  std::vector<double> work(static_cast<std::size_t>(work_size));
  const int info = call(work.data(), static_cast<int>(work.size()));
  right = right_transposed.transpose();
  return CheckInfo("dgesdd", info);
}

Eigen::ArrayXd SpannedDirections(const Vector& eigenvalues, double negligible_share) {
  return (eigenvalues.array() > eigenvalues.maxCoeff() * negligible_share).cast<double>();
}

void UseCallersThreads() { openblas_set_num_threads(1); }

}  // namespace brainalign
