#ifndef BRAINALIGN_TESTS_CLIENT_REAL_INPUT_ORACLE_H_
#define BRAINALIGN_TESTS_CLIENT_REAL_INPUT_ORACLE_H_

#include <cstdio>
#include <nlohmann/json.hpp>
#include <string>

namespace brainalign {

// A run of align_reference.py, a slow and independent implementation in Python, on
// a folder with meg.npy, activations.npy and times.npy.
class OracleRun {
 public:
  // Path of the script, in $BRAINALIGN_REFERENCE or ../shared/reference beside the
  // source tree; empty if it or its Python with scikit-learn is not there.
  static std::string Script();

  // Starts it; several may run at once. `arguments` as on its command line.
  OracleRun(const std::string& dir, const std::string& arguments);
  ~OracleRun();
  OracleRun(const OracleRun&) = delete;
  OracleRun& operator=(const OracleRun&) = delete;

  // Waits for its answer, with null for NaN; discarded JSON if it failed. To be
  // called once.
  nlohmann::json Answer();

 private:
  std::FILE* pipe_;
};

}  // namespace brainalign

#endif  // BRAINALIGN_TESTS_CLIENT_REAL_INPUT_ORACLE_H_
