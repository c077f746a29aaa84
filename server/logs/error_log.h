#ifndef BRAINALIGN_SERVER_LOGS_ERROR_LOG_H_
#define BRAINALIGN_SERVER_LOGS_ERROR_LOG_H_

#include <memory>
#include <string>
#include <vector>

#include "absl/time/time.h"

namespace spdlog::sinks {
class sink;
}

namespace brainalign {

// Keeps the last warnings and errors of a log, for administrators. Thread-safe.
class ErrorLog {
 public:
  explicit ErrorLog(int lines = 200);
  ~ErrorLog();

  // The sink to add to the logger.
  std::shared_ptr<spdlog::sinks::sink> sink() const;

  struct Line {
    absl::Time time;
    std::string level;  // warning, error or critical
    std::string message;
  };
  // Oldest first.
  std::vector<Line> Read() const;

 private:
  struct Ring;
  const std::unique_ptr<Ring> ring_;
};

}  // namespace brainalign

#endif  // BRAINALIGN_SERVER_LOGS_ERROR_LOG_H_
