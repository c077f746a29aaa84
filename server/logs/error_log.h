#ifndef BRAINALIGN_SERVER_LOGS_ERROR_LOG_H_
#define BRAINALIGN_SERVER_LOGS_ERROR_LOG_H_

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "absl/strings/string_view.h"
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

  enum class Level { kWarning, kError, kCritical };
  // warning, error or critical.
  static const char* Name(Level level);
  // Nothing for any other text than Name's.
  static std::optional<Level> LevelOf(absl::string_view name);

  struct Line {
    // Ascending. Lines that a later process logs have larger numbers, unless the clock is set back.
    std::int64_t number = 0;
    absl::Time time;
    Level level = Level::kWarning;
    std::string message;
  };
  // Lines with larger numbers than `after`, oldest first.
  std::vector<Line> Read(std::int64_t after = 0) const;

 private:
  struct Ring;
  const std::unique_ptr<Ring> ring_;
};

}  // namespace brainalign

#endif  // BRAINALIGN_SERVER_LOGS_ERROR_LOG_H_
